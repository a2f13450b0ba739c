import { describe, expect, it } from "vitest";
import { settingMetric } from "./families/settings.ts";
import { TopStatements } from "./families/statements.ts";
import { family, type View } from "./family.ts";
import { joinTexts, labelValue, render, renderFamily } from "./render.ts";

const server = {
  login: "invigil_observer",
  version: 170_004,
  major: 17,
  recovering: false,
  monitor: true,
  statements: null,
  statementsLoaded: false,
  columnWidths: false,
  pgstattuple: null,
  buffercache: null,
  migrations: false,
};
const empty: View = {
  now: 1_700_000_000_000,
  active: true,
  targets: [
    { name: "primary", kind: "primary", reachable: true, error: null, since: null, server },
    { name: "standby-1", kind: "standby", reachable: false, error: "refused", since: null, server: null },
  ],
  fresh: () => null,
  at: () => null,
  lags: [],
  probes: [],
  store: { written: 0, spooled: 0, backfilled: 0, dropped: 0 },
  alerts: [],
  signals: [],
  schedules: [],
  findings: [],
  rounds: { n: 1, ms: 2 },
  platform: null,
  platformAgeSeconds: 90,
  top: () => new Set(),
};

describe("the text", () => {
  it("says that a server is down, and nothing else about it", async () => {
    const down = await render({ ...empty, targets: empty.targets.map((target) => ({ ...target, reachable: false })) });
    expect(down).toContain('pg_up{server="primary"} 0\n');
    expect(down).toContain('pg_up{server="standby-1"} 0\n');
    expect(down).not.toMatch(/^pg_(?!up|exporter)/m);
  });

  it("ends the platform's series when they are old, and goes on to say how old", async () => {
    const text = await render(empty);
    expect(text).not.toContain("invigil_exams");
    expect(text).toContain("invigil_platform_sample_age_seconds 90\n");
  });

  it("says the version", async () => {
    expect(await render(empty)).toContain('pg_static{server="primary",version="170004",short_version="17.4"} 1');
  });
});

describe("label values", () => {
  it.each([
    ['a "quoted" one', 'a \\"quoted\\" one'],
    ["two\nlines", "two\\nlines"],
    ["C:\\data", "C:\\\\data"],
    ["名前", "名前"],
    ["half \ud800 pair", "half \ufffd pair"],
  ])("%j", (given, shown) => expect(labelValue(given)).toBe(shown));

  it("make one whole line each, whatever was typed", () => {
    const typed = [
      'x"} 1\npg_up 0',
      "\\",
      '\\"',
      "\r\n\t\u0000",
      "‮abc עברית العربية ไทย 한국어",
      "a".repeat(10_240),
      "\udfff",
      "'; drop table x; --",
    ];
    const { text, shown } = renderFamily(
      family("x_typed", "gauge", "Typed", ["who"], () => typed.map((who, n) => [{ who }, n] as const)),
      empty,
    );
    const lines = text.split("\n").slice(2, -1);
    expect(shown).toBe(typed.length);
    expect(lines).toHaveLength(typed.length);
    for (const line of lines) expect(line).toMatch(/^x_typed\{who="(?:[^"\\]|\\["\\n])*"\} \d$/);
    expect(text.isWellFormed()).toBe(true);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(300);
  });

  it("are cut where they are long, between characters", () => {
    const cut = labelValue("👍".repeat(10_000));
    expect([...cut].length).toBeLessThanOrEqual(128);
    expect(cut.isWellFormed()).toBe(true);
  });
});

describe("a family", () => {
  const many = (n: number, limit: number) =>
    renderFamily(
      family(
        "x_things",
        "gauge",
        "Things",
        ["id"],
        () => Array.from({ length: n }, (_, i) => [{ id: String(i) }, i] as const),
        limit,
      ),
      empty,
    );

  it("shows as many series as its limit and counts the others", () => {
    const { text, shown, left } = many(1500, 1000);
    expect([shown, [...left]]).toEqual([1000, [["", 500]]]);
    expect(text.split("\n").filter((line) => line.startsWith("x_things")).length).toBe(1000);
  });

  it("shows each series once, and none without a value", () => {
    const one = family("x", "gauge", "X", ["id"], () => [
      [{ id: "a" }, 1],
      [{ id: "a" }, 2],
      [{ id: "b" }, null],
      [{ id: "c" }, Number.NaN],
    ]);
    expect(renderFamily(one, empty).text).toBe('# HELP x X\n# TYPE x gauge\nx{id="a"} 1\n');
  });
});

it("joins texts so that a family stands once", () => {
  const text = (process: string) =>
    `# HELP a A\n# TYPE a gauge\na{process="${process}"} 1\n# HELP ${process} P\n# TYPE ${process} gauge\n${process} 1\n`;
  const joined = joinTexts([text("web"), text("collector"), ""]);
  expect(joined.match(/# TYPE a /g)).toHaveLength(1);
  expect(joined).toContain('a{process="web"} 1\na{process="collector"} 1\n');
  expect(joined).toContain("# TYPE collector gauge\ncollector 1\n");
});

describe("parameters", () => {
  const row = (name: string, setting: string, unit: string | null) =>
    settingMetric({ name, setting, unit, source: "default", pending_restart: false, default_value: null });

  it("come in base units under the exporter's names", () => {
    expect(row("shared_buffers", "16384", "8kB")).toEqual({ name: "pg_settings_shared_buffers_bytes", value: 134_217_728 });
    expect(row("checkpoint_timeout", "300", "s")).toEqual({ name: "pg_settings_checkpoint_timeout_seconds", value: 300 });
    expect(row("deadlock_timeout", "1000", "ms")).toEqual({ name: "pg_settings_deadlock_timeout_seconds", value: 1 });
    expect(row("log_min_duration_statement", "-1", "ms")).toEqual({
      name: "pg_settings_log_min_duration_statement_seconds",
      value: -1,
    });
    expect(row("fsync", "on", null)).toEqual({ name: "pg_settings_fsync", value: 1 });
    expect(row("pg_stat_statements.max", "5000", null)).toEqual({ name: "pg_settings_pg_stat_statements_max", value: 5000 });
    expect(row("archive_command", "cp %p /secret", null)).toBeNull();
    expect(row("server_version", "17.4", null)).toBeNull();
  });
});

it("a named statement stays named until it is clearly out of the top", () => {
  const top = new TopStatements();
  const sums = (seconds: Record<string, number>) =>
    Object.entries(seconds).map(([id, s]) => ({
      id,
      seconds: s,
      calls: 1,
      rows: 0,
      io: 0,
      user: "app",
      readSeconds: 0,
      writeSeconds: 0,
      hit: 0,
      read: 0,
    }));
  expect([...top.choose("primary", sums({ a: 5, b: 4, c: 3, d: 2, e: 1 }), 2)]).toEqual(["a", "b"]);
  expect([...top.choose("primary", sums({ a: 5, b: 4, c: 6, d: 7, e: 1 }), 2)].sort()).toEqual(["a", "b"]);
  expect([...top.choose("primary", sums({ a: 5, b: 0, c: 6, d: 7, e: 1 }), 2)].sort()).toEqual(["a", "d"]);
});

it("a standby's receiver and a sender's last answer are told as the exporter tells them", async () => {
  const at = new Date(1_700_000_123_000);
  const receiver = {
    recovering: true,
    receiver: "streaming",
    upstream_host: "10.0.0.1",
    slot_name: "repmgr_slot_7",
    receive_start: "16/B374D848",
    receive_start_timeline: 3,
    receiver_flushed: "16/B374D900",
    receiver_timeline: 4,
    last_sent: at,
    last_message: at,
    sender_end: null,
    sender_end_at: null,
  };
  const text = await render({
    ...empty,
    fresh: ((name: string, key: string) =>
      name === "standby-1" && key === "position"
        ? [receiver]
        : name === "primary" && key === "senders"
          ? [{ app: "walreceiver", address: "10.0.0.2", slot_name: "s1", state: "streaming", reply_time: at, replayed: null }]
          : null) as unknown as View["fresh"],
  });
  const lines = text.split("\n").filter((line) => /^pg_stat_(wal_receiver|replication_reply)/.test(line));
  const labels = '{server="standby-1",upstream_host="10.0.0.1",slot_name="repmgr_slot_7"}';
  expect(lines).toEqual([
    'pg_stat_replication_reply_time{server="primary",application_name="walreceiver",client_addr="10.0.0.2",slot_name="s1",state="streaming"} 1700000123',
    `pg_stat_wal_receiver_status${labels} 2`,
    `pg_stat_wal_receiver_receive_start_lsn${labels} ${0x16 * 2 ** 32 + 0xb374d848}`,
    `pg_stat_wal_receiver_receive_start_tli${labels} 3`,
    `pg_stat_wal_receiver_flushed_lsn${labels} ${0x16 * 2 ** 32 + 0xb374d900}`,
    `pg_stat_wal_receiver_received_tli${labels} 4`,
    `pg_stat_wal_receiver_last_msg_send_time${labels} 1700000123`,
    `pg_stat_wal_receiver_last_msg_receipt_time${labels} 1700000123`,
    `pg_stat_wal_receiver_upstream_node${labels} 7`,
  ]);
});
