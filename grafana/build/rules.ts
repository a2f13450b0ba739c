import { RULES, type AlertRule } from "../../app/observability/alerts/rules.ts";

/** A rule as Prometheus reads it. `tests` say which series bring it to fire and which let it rest. */
export type PromRule = {
  alert: string;
  expr: string;
  forSeconds: number;
  severity: string;
  summary: string;
  description: string;
  link: string;
  /** Series and their values while it should fire, and when it should have ended; null: the series is absent. */
  series: { series: string; bad: number | null; good: number | null }[];
};

const number = (value: number) => (Number.isInteger(value) && Math.abs(value) < 1e21 ? String(value) : value.toPrecision(6));

/** "lock-wait" as "InvigilLockWait". */
export const alertName = (key: string) =>
  `Invigil${key
    .split("-")
    .map((word) => word[0]!.toUpperCase() + word.slice(1))
    .join("")}`;

/** Fires beyond the threshold and, once it fires, goes on until the value is back within the clear line. */
export function expression(rule: AlertRule): string {
  // Signals end with the rounds of a server that hangs; whether it answers is known all the same.
  if (rule.metric === "target.down") return "pg_up == 0";
  const series = `invigil_signal{signal="${rule.metric}"}`;
  const beyond = `${series} ${rule.above ? ">=" : "<"} ${number(rule.threshold)}`;
  if (rule.threshold === rule.clearAt) return beyond;
  const notYet = `${series} ${rule.above ? ">" : "<"} ${number(rule.clearAt)}`;
  return `${beyond} or (${notYet} and on (instance, server, label) ALERTS{alertname="${alertName(rule.key)}",alertstate="firing"})`;
}

const fromDefinitions: PromRule[] = RULES.map((rule) => ({
  alert: alertName(rule.key),
  expr: expression(rule),
  forSeconds: rule.forSeconds,
  severity: rule.severity.toLowerCase(),
  summary: `${rule.title}: {{ $labels.server }} {{ $labels.label }}`,
  description: rule.why,
  link: rule.link,
  series: [
    rule.metric === "target.down"
      ? { series: 'pg_up{server="primary",instance="invigil"}', bad: 0, good: 1 }
      : {
          series: `invigil_signal{signal="${rule.metric}",server="primary",instance="invigil"}`,
          bad: rule.above ? rule.threshold * 1.5 : rule.threshold / 2,
          good: rule.above ? rule.clearAt / 2 : 1,
        },
  ],
}));

const own = (
  alert: string,
  expr: string,
  forSeconds: number,
  severity: string,
  summary: string,
  description: string,
  link: string,
  series: PromRule["series"],
): PromRule => ({ alert, expr, forSeconds, severity, summary, description, link, series });

/** What the collector can't say about itself, and what hangs on a clock of days. */
const beside: PromRule[] = [
  own(
    "InvigilCollectorAway",
    'up{job="invigil"} == 0 or absent(up{job="invigil"})',
    60,
    "critical",
    "Nothing is scraped from Invigil",
    "No alert of it can fire while this one does.",
    "/database/health",
    [{ series: 'up{job="invigil",instance="invigil"}', bad: 0, good: 1 }],
  ),
  own(
    "InvigilNobodySamples",
    // A collector that hangs or has died says nothing, not zero: the console that asks it does.
    "max(invigil_collector_active) == 0 or max(invigil_collector_up) == 0",
    120,
    "critical",
    "No collector holds the lease",
    "Samples, alerts and schedules stand still.",
    "/database/health",
    [{ series: 'invigil_collector_active{instance="invigil"}', bad: 0, good: 1 }],
  ),
  own(
    "InvigilSeriesEnded",
    "invigil_probe_stale == 1",
    300,
    "info",
    "{{ $labels.probe }} of {{ $labels.server }} brings nothing",
    "Its series have ended; what they would show is not known.",
    "/database/health",
    [{ series: 'invigil_probe_stale{server="primary",probe="tables",instance="invigil"}', bad: 1, good: 0 }],
  ),
];

export const PROM_RULES: readonly PromRule[] = [...fromDefinitions, ...beside];

/** Sums that dashboards ask for again and again. */
export const RECORDED: readonly { record: string; expr: string }[] = [
  {
    record: "invigil:transactions:rate5m",
    expr: "sum by (instance, server, datname) (rate(pg_stat_database_xact_commit[5m]) + rate(pg_stat_database_xact_rollback[5m]))",
  },
  {
    record: "invigil:cache_hits:ratio5m",
    expr: "sum by (instance, server, datname) (rate(pg_stat_database_blks_hit[5m])) / (sum by (instance, server, datname) (rate(pg_stat_database_blks_hit[5m]) + rate(pg_stat_database_blks_read[5m])) > 0)",
  },
  {
    record: "invigil:connections:ratio",
    expr: "invigil_connections_used / invigil_connections_limit",
  },
];

const text = (value: string) => JSON.stringify(value);

export function alertFile(console: string): string {
  const rules = PROM_RULES.map(
    (rule) => `      - alert: ${rule.alert}
        expr: ${text(rule.expr)}
        for: ${rule.forSeconds}s
        labels:
          severity: ${rule.severity}
        annotations:
          summary: ${text(rule.summary)}
          description: ${text(rule.description)}
          link: ${text(`${console}${rule.link}`)}
`,
  );
  return `# Made from the alert definitions; change those, not this.\ngroups:\n  - name: invigil\n    interval: 5s\n    rules:\n${rules.join("")}`;
}

export const recordingFile = (): string =>
  `# Made from grafana/build; change that, not this.\ngroups:\n  - name: invigil-recorded\n    interval: 15s\n    rules:\n${RECORDED.map(
    (one) => `      - record: ${one.record}\n        expr: ${text(one.expr)}\n`,
  ).join("")}`;

const STEP = 5;
const REST = 6;

/** For `promtool test rules`: each alert comes to fire and ends again. */
export function ruleTestFile(): string {
  const cases = PROM_RULES.map((rule) => {
    const bad = Math.ceil(rule.forSeconds / STEP) + 3;
    const values = (one: PromRule["series"][number]) =>
      `${one.bad === null ? "_" : number(one.bad)}x${bad} ${one.good === null ? "_" : number(one.good)}x${REST + 1}`;
    const ended = (bad + REST + 1) * STEP;
    return `  - name: ${rule.alert}
    interval: ${STEP}s
    input_series:
${rule.series.map((one) => `      - series: ${text(one.series)}\n        values: ${text(values(one))}\n`).join("")}    promql_expr_test:
      - expr: ${text(`count(ALERTS{alertname="${rule.alert}",alertstate="firing"})`)}
        eval_time: ${bad * STEP}s
        exp_samples:
          - labels: "{}"
            value: 1
      - expr: ${text(`count(ALERTS{alertname="${rule.alert}"})`)}
        eval_time: ${ended}s
        exp_samples: []
`;
  });
  return `# Made from the alert definitions; change those, not this.\nrule_files: [alerts.yml]\nevaluation_interval: ${STEP}s\ntests:\n${cases.join("")}`;
}
