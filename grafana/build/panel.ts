/** The few of Grafana's panel kinds that these dashboards need, as plain objects of its dashboard model. */
export type Query = { expr: string; legend?: string };

export type PanelSpec = {
  title: string;
  says: string;
  queries: Query[];
  kind?: "timeseries" | "stat" | "table" | "bargauge";
  unit?: string;
  /** Of 24. */
  width?: number;
  height?: number;
  /** Where the console shows the same. */
  link?: string;
  thresholds?: [value: number, color: string][];
  stack?: boolean;
};

export type DashboardSpec = {
  uid: string;
  title: string;
  says: string;
  console: string;
  rows: { title: string; panels: PanelSpec[] }[];
};

const DATASOURCE = { type: "prometheus", uid: "${datasource}" };

const variable = (name: string, label: string, query: string) => ({
  name,
  label,
  type: "query",
  datasource: DATASOURCE,
  query: { query, refId: name },
  definition: query,
  refresh: 2,
  multi: true,
  includeAll: true,
  allValue: ".*",
  current: { text: "All", value: "$__all" },
  sort: 1,
});

function panel(spec: PanelSpec, id: number, at: { x: number; y: number; w: number; h: number }, console: string) {
  const kind = spec.kind ?? "timeseries";
  const steps = [{ color: "green", value: null }, ...(spec.thresholds ?? []).map(([value, color]) => ({ color, value }))];
  return {
    id,
    type: kind,
    title: spec.title,
    description: spec.says,
    datasource: DATASOURCE,
    gridPos: at,
    targets: spec.queries.map((query, index) => ({
      refId: String.fromCharCode(65 + index),
      datasource: DATASOURCE,
      expr: query.expr,
      legendFormat: query.legend ?? "__auto",
      ...(kind === "timeseries"
        ? { range: true }
        : { instant: true, range: false, format: kind === "table" ? "table" : "time_series" }),
    })),
    links: spec.link
      ? [
          {
            title: "Open in Invigil",
            url: `${console}${spec.link}${spec.link.includes("?") ? "&" : "?"}from=\${__from}&to=\${__to}`,
            targetBlank: true,
          },
        ]
      : [],
    fieldConfig: {
      defaults: {
        unit: spec.unit ?? "short",
        min: kind === "timeseries" ? 0 : undefined,
        thresholds: { mode: "absolute", steps },
        color: { mode: spec.thresholds ? "thresholds" : "palette-classic" },
        custom:
          kind === "timeseries"
            ? {
                lineWidth: 1,
                fillOpacity: spec.stack ? 40 : 8,
                showPoints: "never",
                stacking: { mode: spec.stack ? "normal" : "none" },
              }
            : {},
      },
      overrides: [],
    },
    options:
      kind === "timeseries"
        ? { legend: { displayMode: "list", placement: "bottom" }, tooltip: { mode: "multi", sort: "desc" } }
        : kind === "table"
          ? { showHeader: true }
          : { reduceOptions: { calcs: ["lastNotNull"], values: false }, orientation: "auto", colorMode: "value" },
  };
}

/** Panels flow from left to right; a row begins below what came before. */
export function dashboard(spec: DashboardSpec): unknown {
  const panels: unknown[] = [];
  let y = 0;
  let id = 1;
  for (const row of spec.rows) {
    panels.push({ id: id++, type: "row", title: row.title, collapsed: false, gridPos: { x: 0, y, w: 24, h: 1 }, panels: [] });
    y++;
    let x = 0;
    let tallest = 0;
    for (const one of row.panels) {
      const w = one.width ?? 8;
      const h = one.height ?? (one.kind === "stat" ? 4 : 8);
      if (x + w > 24) {
        x = 0;
        y += tallest;
        tallest = 0;
      }
      panels.push(panel(one, id++, { x, y, w, h }, spec.console));
      x += w;
      tallest = Math.max(tallest, h);
    }
    y += tallest;
  }
  return {
    uid: spec.uid,
    title: spec.title,
    description: spec.says,
    tags: ["invigil"],
    timezone: "utc",
    schemaVersion: 39,
    version: 1,
    editable: true,
    graphTooltip: 1,
    refresh: "15s",
    time: { from: "now-3h", to: "now" },
    links: [
      { type: "link", title: "Invigil", url: spec.console, icon: "external link", targetBlank: true },
      { type: "dashboards", title: "Invigil dashboards", tags: ["invigil"], asDropdown: true, includeVars: true, keepTime: true },
    ],
    annotations: { list: [] },
    templating: {
      list: [
        {
          name: "datasource",
          label: "Data source",
          type: "datasource",
          query: "prometheus",
          current: { text: "Prometheus", value: "prometheus" },
        },
        variable("instance", "Instance", "label_values(invigil_collector_active, instance)"),
        variable("server", "Server", 'label_values(pg_up{instance=~"$instance"}, server)'),
        variable("datname", "Database", 'label_values(pg_stat_database_numbackends{instance=~"$instance"}, datname)'),
        variable("tenant", "Tenant", 'label_values(invigil_active_sessions{instance=~"$instance"}, tenant)'),
      ],
    },
    panels,
  };
}
