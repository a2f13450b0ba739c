import type { Check } from "./finding.ts";
import { unusedIndex } from "./0001-unused-index.ts";
import { duplicateIndex } from "./0002-duplicate-index.ts";
import { invalidIndex } from "./0003-invalid-index.ts";
import { missingIndex } from "./0004-missing-index.ts";
import { unindexedForeignKey } from "./0005-unindexed-foreign-key.ts";
import { bloatedIndex } from "./0006-bloated-index.ts";
import { lateVacuum } from "./0007-late-vacuum.ts";
import { wraparound } from "./0008-wraparound.ts";
import { staleStatistics } from "./0009-stale-statistics.ts";
import { heldHorizon } from "./0010-held-horizon.ts";
import { slotRetention } from "./0011-slot-retention.ts";
import { archiving } from "./0012-archiving.ts";
import { slowStatement } from "./0013-slow-statement.ts";
import { requestedCheckpoints } from "./0014-requested-checkpoints.ts";
import { sequenceEnd } from "./0015-sequence-end.ts";
import { riskySettings } from "./0016-risky-settings.ts";
import { preparedTransaction } from "./0017-prepared-transaction.ts";

export const CHECKS: readonly Check[] = [
  unusedIndex,
  duplicateIndex,
  invalidIndex,
  missingIndex,
  unindexedForeignKey,
  bloatedIndex,
  lateVacuum,
  wraparound,
  staleStatistics,
  heldHorizon,
  slotRetention,
  archiving,
  slowStatement,
  requestedCheckpoints,
  sequenceEnd,
  riskySettings,
  preparedTransaction,
];
