import { clients } from "~/db/clients.server.ts";
import { ALL_SERIES } from "../all-series.ts";
import { partitionOf } from "../series.ts";

const levels = () =>
  ALL_SERIES.flatMap(({ table, levels }) => levels.map((level) => ({ table: `telemetry.${table}${level.suffix}`, level })));

export async function ensureTelemetryPartitions(): Promise<void> {
  for (const { table, level } of levels()) {
    const { width, ahead } = partitionOf(level);
    await clients().primary.query({
      text: "select public.ensure_partitions($1::regclass, $2::interval, now() - interval '1 day', now() + $3::interval)",
      values: [table, width, ahead],
    });
  }
}

export async function forgetOldTelemetry(): Promise<void> {
  const { primary } = clients();
  for (const { table, level } of levels()) {
    await primary.query({
      text: "select public.drop_partitions_before($1::regclass, now() - make_interval(days => $2))",
      values: [table, level.days],
    });
  }
  await primary.query("delete from telemetry.batch where at < now() - interval '2 days'");
  await primary.query("delete from telemetry.slow_call where at < now() - interval '30 days'");
  await primary.query("delete from telemetry.lock_episode where started_at < now() - interval '13 months'");
  await primary.query("delete from telemetry.event where at < now() - interval '13 months'");
}
