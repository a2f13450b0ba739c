import { Conflict } from "~/platform/errors.ts";
import type { FailoverCluster } from "~/observability/replication/patroni.ts";

/** Why the candidate can't take over from the leader now. */
export function refuseUnlessReady({ leader: now, members, scheduled }: FailoverCluster, leader: string, candidate: string): void {
  if (!now) throw new Conflict("The cluster has no leader at the moment. Wait until Patroni has chosen one");
  if (now.name !== leader) throw new Conflict(`${leader} does not lead any more: ${now.name} does. Reload the page`);
  const next = members.find((member) => member.name === candidate);
  if (!next) throw new Conflict(`The cluster has no member ${candidate}`);
  if (next.barred) throw new Conflict(`${candidate} can't take over: ${next.barred}`);
  if (next.role === "standby leader") throw new Conflict(`${candidate} leads a standby cluster`);
  if (scheduled) throw new Conflict(`Patroni has a switchover planned for ${scheduled.at}. Cancel it there first`);
}
