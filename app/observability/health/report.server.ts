import { z } from "zod";
import { read } from "~/access/verb.server.ts";
import { firstRow } from "~/db/query.ts";
import { readiness } from "~/db/health.server.ts";
import { sql } from "~/db/sql.ts";
import { headroomOf } from "../connections/headroom.ts";
import { current, snapshot, targetStates } from "../current.server.ts";
import type { Missing } from "../probe.ts";
import { PROBES, PROBE_KEYS } from "../probes/all.ts";
import { archivingOf } from "../replication/archiving.ts";
import { complaintsOf } from "./complaints.ts";
import type { SampleAge, TargetState } from "../sampler/sampler.server.ts";

/** A sample that is older than three rounds is not how it is; neither is one of a server that went away. */
function staleOf({ probe, target, at }: SampleAge, targets: readonly TargetState[]): Missing | null {
  if (targets.some((one) => one.name === target && one.reachable === false))
    return { reason: "The server does not answer. These values are from before.", grant: null };
  const key = PROBE_KEYS.find((one) => PROBES[one].name === probe);
  const late = Date.now() - at.getTime() > Math.max(15_000, (key ? PROBES[key].everyMs : 0) * 3);
  return late ? { reason: "Not sampled since.", grant: null } : null;
}

const probeLines = (samples: readonly SampleAge[], targets: readonly TargetState[]) =>
  samples
    .map((sample) => ({
      probe: sample.probe,
      target: sample.target,
      at: sample.at,
      ms: sample.ms,
      rows: sample.rows,
      missing: sample.missing ?? staleOf(sample, targets),
      lane: PROBES[PROBE_KEYS.find((key) => PROBES[key].name === sample.probe)!].lane,
    }))
    .sort((a, b) => a.target.localeCompare(b.target) || b.ms - a.ms);

/** Everything that must be there, with the last error of each: also of the probes, whose cost is shown. */
export const healthReport = read({
  name: "health.report",
  permission: "database.read",
  input: z.object({}),
  before: () => Promise.all([readiness(), targetStates(), snapshot(), current("archiver"), current("backends")]),
  async run({ ctx, before: [health, targets, known, archiver, backends] }) {
    const size = await firstRow(
      ctx.tx,
      sql`select coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint as bytes
          from pg_class c
            join pg_namespace n on n.oid = c.relnamespace
          where n.nspname = 'telemetry' and c.relkind = 'r'`,
      z.object({ bytes: z.number() }),
    ).catch(() => null);
    const archiving = archiver.rows?.[0] ? archivingOf(archiver.rows[0], Date.now()) : null;
    const probes = known && probeLines(known.samples, targets);
    return {
      health,
      targets,
      archiving,
      complaints: complaintsOf({
        health,
        targets,
        archiving,
        headroom: backends.rows && headroomOf(backends.rows),
        // What this version of PostgreSQL does not have is nobody's fault.
        silent: probes && probes.filter((probe) => probe.missing && !probe.missing.fromMajor).length,
        collector: health.checks.collector.ok || known !== null,
      }),
      archiverMissing: archiver.missing,
      store: known?.store ?? null,
      telemetryBytes: size?.bytes ?? null,
      collectorAt: known?.at ?? null,
      probes,
    };
  },
});
