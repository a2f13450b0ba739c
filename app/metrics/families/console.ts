import { family, type Family, type Point } from "../family.ts";

export const CONSOLE: readonly Family[] = [
  family("invigil_collector_active", "gauge", "1 in the collector that holds the lease and samples", [], (view) => [
    [{}, view.active ? 1 : 0],
  ]),
  family(
    "invigil_probe_age_seconds",
    "gauge",
    "Age of what a probe brought last; also when it is too old to be used",
    ["server", "probe"],
    (view) => view.probes.map((probe): Point => [{ server: probe.server, probe: probe.probe }, probe.seconds]),
  ),
  family(
    "invigil_probe_stale",
    "gauge",
    "1 when what a probe brought is too old to be said; its series have ended",
    ["server", "probe"],
    (view) => view.probes.map((probe): Point => [{ server: probe.server, probe: probe.probe }, probe.stale ? 1 : 0]),
  ),
  family("pg_scrape_collector_duration_seconds", "gauge", "How long a probe took", ["server", "collector"], (view) =>
    view.probes.map((probe): Point => [{ server: probe.server, collector: probe.probe }, probe.ms / 1000]),
  ),
  family("pg_scrape_collector_success", "gauge", "1 when a probe brought rows the last time", ["server", "collector"], (view) =>
    view.probes.map((probe): Point => [{ server: probe.server, collector: probe.probe }, probe.failed ? 0 : 1]),
  ),
  family("pg_exporter_last_scrape_error", "gauge", "1 when a server did not answer the last round", [], (view) => [
    [{}, view.targets.some((target) => target.reachable === false) ? 1 : 0],
  ]),
  family("pg_exporter_scrapes_total", "counter", "How often this was made; a scrape asks nothing", [], (view) => [
    [{}, view.rounds.n],
  ]),
  family("pg_exporter_last_scrape_duration_seconds", "gauge", "How long it took to make this the last time", [], (view) => [
    [{}, view.rounds.ms / 1000],
  ]),
  family("invigil_findings", "gauge", "Evidence that a numbered check found and nobody muted", ["id", "level"], (view) =>
    view.findings.map((finding): Point => [{ id: finding.id, level: finding.level }, finding.n]),
  ),
  family(
    "invigil_signal",
    "gauge",
    "What an alert rule looks at, as the collector saw it last",
    ["signal", "server", "label"],
    (view) =>
      view.signals.map((signal): Point => [{ signal: signal.metric, server: signal.target, label: signal.label }, signal.value]),
  ),
  family(
    "invigil_alert",
    "gauge",
    "1 for each alert of the collector that is pending or firing",
    ["rule", "server", "label", "severity", "state"],
    (view) =>
      view.alerts.map((alert): Point => [
        { rule: alert.rule, server: alert.target, label: alert.label, severity: alert.severity, state: alert.state },
        1,
      ]),
  ),
  family("invigil_alerts_firing", "gauge", "Alerts of the collector that fire, by severity", ["severity"], (view) =>
    (["INFO", "WARNING", "CRITICAL"] as const).map((severity): Point => [
      { severity },
      view.alerts.filter((alert) => alert.severity === severity && alert.state === "FIRING").length,
    ]),
  ),
  family("invigil_schedule_runs_total", "counter", "Runs of what the collector does on a clock", ["schedule"], (view) =>
    view.schedules.map((schedule): Point => [{ schedule: schedule.name }, schedule.runs]),
  ),
  family("invigil_schedule_failures_total", "counter", "Runs that failed", ["schedule"], (view) =>
    view.schedules.map((schedule): Point => [{ schedule: schedule.name }, schedule.failures]),
  ),
  family("invigil_schedule_duration_seconds", "gauge", "How long the last run took", ["schedule"], (view) =>
    view.schedules.map((schedule): Point => [
      { schedule: schedule.name },
      schedule.lastMs === null ? null : schedule.lastMs / 1000,
    ]),
  ),
  family("invigil_samples_written_total", "counter", "Rows of samples kept in the database", [], (view) => [
    [{}, view.store.written],
  ]),
  family("invigil_sample_batches_spooled_total", "counter", "Batches kept on disk while the primary was away", [], (view) => [
    [{}, view.store.spooled],
  ]),
  family("invigil_sample_batches_dropped_total", "counter", "Batches that could not be kept", [], (view) => [
    [{}, view.store.dropped],
  ]),
];
