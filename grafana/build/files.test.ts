import fs from "node:fs";
import { parser } from "@prometheus-io/lezer-promql";
import { collectDefaultMetrics, Registry } from "prom-client";
import { describe, expect, it } from "vitest";
import { NAMED, namesTable } from "../../app/metrics/names.ts";
import { dashboards } from "./dashboards.ts";
import { CONSOLE, grafanaFiles } from "./files.ts";
import { dashboard } from "./panel.ts";
import { PROM_RULES, RECORDED } from "./rules.ts";

type Built = { uid: string; panels: { id: number; description?: string; type: string; targets?: { expr: string }[] }[] };

const built = dashboards(CONSOLE).map((spec) => dashboard(spec) as Built);
const panels = built.flatMap((built) => built.panels.map((panel) => ({ uid: built.uid, ...panel })));
const fromDashboards = panels.flatMap((panel) => (panel.targets ?? []).map((target) => target.expr));
const expressions = [...fromDashboards, ...PROM_RULES.map((rule) => rule.expr), ...RECORDED.map((one) => one.expr)];

/** The names of metrics that an expression reads, by Prometheus' own grammar; throws where it does not parse. */
function metricsIn(expression: string): string[] {
  const names: string[] = [];
  parser.parse(expression).iterate({
    enter(node) {
      if (node.type.isError) throw new Error(`does not parse at ${node.from}: ${expression}`);
      if (node.name === "VectorSelector") {
        const identifier = node.node.getChild("Identifier");
        if (identifier) names.push(expression.slice(identifier.from, identifier.to));
      }
    },
  });
  return names;
}

const process = new Registry();
collectDefaultMetrics({ register: process });
const suffixes = ["_bucket", "_sum", "_count"];
const exported = new Set([
  ...NAMED.flatMap((named) => (named.type === "histogram" ? suffixes.map((suffix) => named.name + suffix) : [named.name])),
  ...process.getMetricsAsArray().map((object) => object.name),
  ...RECORDED.map((one) => one.record),
  // A parameter of every server, Prometheus' own words.
  "pg_settings_max_connections",
  "up",
  "ALERTS",
]);

describe("what is committed", () => {
  it.each([...grafanaFiles()])("%s is what the code makes (vitest --update writes it)", async (path, text) => {
    await expect(text).toMatchFileSnapshot(`../../${path}`);
  });

  it("docs/metrics.md holds the table of every family", () => {
    // However wide the columns are drawn.
    const narrow = (text: string) => text.replaceAll(/ *\| */g, "|").replaceAll(/-{3,}/g, "---");
    expect(narrow(fs.readFileSync("docs/metrics.md", "utf8"))).toContain(narrow(namesTable()));
  });
});

describe("dashboards and rules", () => {
  it.each([...new Set(expressions)])("%s parses and reads only what is exported", (expression) => {
    const plain = expression.replaceAll(/\$\w+/g, "x");
    const names = metricsIn(plain);
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) expect(exported, name).toContain(name);
  });

  it("carry each id once", () => {
    expect(new Set(built.map((built) => built.uid)).size).toBe(built.length);
    for (const board of built) expect(new Set(board.panels.map((panel) => panel.id)).size, board.uid).toBe(board.panels.length);
    const alerts = PROM_RULES.map((rule) => rule.alert);
    expect(new Set(alerts).size).toBe(alerts.length);
  });

  it("describe every panel", () => {
    for (const panel of panels) if (panel.type !== "row") expect(panel.description, JSON.stringify(panel)).toBeTruthy();
  });
});

describe("names", () => {
  it("stand once, with help, in the alphabet of the format", () => {
    expect(new Set(NAMED.map((named) => named.name)).size).toBe(NAMED.length);
    for (const named of NAMED) {
      expect(named.name).toMatch(/^[a-z][a-z0-9_]*$/);
      expect(named.help.length).toBeGreaterThan(5);
      for (const label of named.labels) expect(label).toMatch(/^[a-z][a-z0-9_]*$/);
    }
  });
});
