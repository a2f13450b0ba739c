import { FAMILIES, LEFT_OUT, RENDERED_AT, SERIES } from "./families/all.ts";

type Named = { name: string; type: "gauge" | "counter" | "histogram"; help: string; labels: readonly string[] };

/** What web and collector count while they work, beside Node's own process_* and nodejs_* figures. */
const COUNTED: readonly Named[] = [
  {
    name: "invigil_http_request_duration_seconds",
    type: "histogram",
    help: "Time to answer a request of the console",
    labels: ["method", "status"],
  },
  {
    name: "invigil_http_requests_total",
    type: "counter",
    help: "Requests of the console, by status class",
    labels: ["method", "status"],
  },
  {
    name: "invigil_verb_duration_seconds",
    type: "histogram",
    help: "Time a verb took, from permission to commit",
    labels: ["verb"],
  },
  {
    name: "invigil_verb_errors_total",
    type: "counter",
    help: "Verbs that ended in an error, by kind",
    labels: ["verb", "error"],
  },
  {
    name: "invigil_job_duration_seconds",
    type: "histogram",
    help: "Time a job ran, by kind and how it ended",
    labels: ["kind", "state"],
  },
  { name: "invigil_collector_up", type: "gauge", help: "1 when the collector answered the web process", labels: [] },
];

const ABOUT: readonly Named[] = [
  { name: LEFT_OUT, type: "gauge", help: "Series of a family beyond its limit, not shown", labels: ["server", "family"] },
  { name: SERIES, type: "gauge", help: "Series made of samples that are shown", labels: [] },
  { name: RENDERED_AT, type: "gauge", help: "When this was made, Unix time", labels: [] },
];

/** Every family with a name of its own, sorted; beside these stand pg_settings_*, process_* and nodejs_*. */
export const NAMED: readonly Named[] = [
  ...FAMILIES.map(({ name, type, help, labels }) => ({ name, type, help, labels })),
  ...COUNTED,
  ...ABOUT,
].sort((a, b) => (a.name < b.name ? -1 : 1));

const cell = (text: string) => text.replaceAll("|", "\\|");

/** The table of docs/metrics.md. */
export const namesTable = (): string =>
  [
    "| metric | type | labels | says |",
    "| --- | --- | --- | --- |",
    ...NAMED.map(
      (named) =>
        `| \`${named.name}\` | ${named.type} | ${named.labels.map((label) => `\`${label}\``).join(", ")} | ${cell(named.help)} |`,
    ),
  ].join("\n");
