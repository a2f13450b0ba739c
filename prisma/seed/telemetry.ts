import type pg from "pg";
import { Table } from "./copy.ts";
import type { Planted } from "./exams.ts";
import type { College } from "./platform.ts";
import type { Random } from "./random.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** What sessions at work were doing on an ordinary day, as shares. */
const ORDINARY = [
  ["CPU", "", 0.34],
  ["IO", "IO:DataFileRead", 0.14],
  ["Client", "Client:ClientRead", 0.42],
  ["Lock", "Lock:transactionid", 0.04],
  ["LWLock", "LWLock:WALWrite", 0.03],
  ["IPC", "IPC:MessageQueueSend", 0.03],
] as const;

const BLOCKED = 9;
const ROOT_PID = 4711;
const STATEMENT = "alter table student_answer add column reviewed_by uuid";

const LOAD = ["at", "target", "wait_class", "wait_event", "query_id", "tenant", "username", "app", "n"];
const METRIC = ["at", "target", "name", "label", "value", "highest"];
const TICK = [
  "at",
  "target",
  "ticks",
  "total",
  "active",
  "idle",
  "idle_in_transaction",
  "lock_waiting",
  "longest_query_ms",
  "longest_transaction_ms",
];

/** Exams are sat by day: nights are quiet, mornings the busiest. */
function sessionsAt(at: number, random: Random): number {
  const hour = (at % DAY) / HOUR;
  const morning = Math.exp(-((hour - 10) ** 2) / 8);
  const afternoon = 0.8 * Math.exp(-((hour - 14.5) ** 2) / 7);
  return Math.max(0.05, 0.15 + 1.6 * (morning + afternoon) + random.normal(0, 0.12));
}

/**
 * The demo's past, as the collector would have recorded it: a month of load, and around the planted stall every second
 * of it, with the incident that it was.
 */
/** How far each level was rolled up, where nobody has begun to. */
class RollupMarks extends Table {
  override async load(client: pg.Client): Promise<void> {
    for (const [name, until] of this.rows)
      await client.query("insert into telemetry.rollup (name, until) values ($1, $2) on conflict (name) do nothing", [
        name,
        until,
      ]);
  }
}

export function telemetryTables(
  random: Random,
  now: number,
  colleges: College[],
  planted: Planted,
  /** The first moment that a collector has sampled here: from then on the past is not ours to make up. */
  until: number = now,
): { tables: Table[]; days: Date[] } {
  const tables = new Map<string, Table>();
  const table = (name: string, columns: string[]) => {
    const known = tables.get(name);
    if (known) return known;
    const made = new Table(name, columns);
    tables.set(name, made);
    return made;
  };
  const from = planted.stall.from.getTime();
  const to = planted.stall.to.getTime();
  const codes = colleges.filter((college) => college.status !== "EXPIRED").map((college) => college.code);

  const write = (suffix: string, at: number, width: number) => {
    const ticks = width / SECOND;
    const load = table(`telemetry.load${suffix}`, LOAD);
    const seconds = table(`telemetry.tick${suffix}`, TICK);
    const stalled = Math.max(0, Math.min(at + width, to) - Math.max(at, from)) / SECOND;
    const sessions = sessionsAt(at, random);
    let active = 0;
    for (const [wait, event, share] of ORDINARY) {
      let left = width === SECOND ? (random.chance(Math.min(1, sessions * share)) ? 1 : 0) : Math.round(sessions * share * ticks);
      while (left > 0) {
        const n = Math.min(left, Math.max(1, Math.round(left * (0.3 + random.next() * 0.5))));
        load.add(new Date(at), "primary", wait, event, null, random.pick(codes), "invigil_platform_app", "exam-app", n);
        active += n;
        left -= n;
      }
    }
    const waiting = Math.round(stalled * BLOCKED);
    if (waiting > 0)
      load.add(new Date(at), "primary", "Lock", "Lock:relation", null, "NORTH", "invigil_platform_app", "exam-app", waiting);
    const total = Math.round((14 + sessions * 6) * ticks) + waiting;
    const open = Math.round(stalled);
    seconds.add(
      new Date(at),
      "primary",
      ticks,
      total,
      active + waiting,
      total - active - waiting - open,
      open,
      waiting,
      stalled > 0 ? Math.min(to, at + width) - from : 400,
      stalled > 0 ? Math.min(to, at + width) - from : 900,
    );
    if (suffix !== "_5m" && suffix !== "_1h") return;
    const metric = table(`telemetry.metric${suffix}`, METRIC);
    const say = (target: string, name: string, value: number) => metric.add(new Date(at), target, name, "", value, value * 1.3);
    // Nothing is saved while the answers are locked.
    const work = sessions * (1 - stalled / ticks);
    say("primary", "db.commits_per_s", 9 + work * 38);
    say("primary", "db.rollbacks_per_s", 0.2 + work * 0.3);
    say("primary", "db.rows_written_per_s", 22 + work * 64);
    say("primary", "db.blocks_per_s", 4000 + work * 15_000);
    say("primary", "db.hit_ratio", Math.min(1, 0.991 + random.normal(0, 0.002)));
    say("primary", "wal.bytes_per_s", 18_000 + work * 160_000);
    say("standby-1", "lag.seconds", Math.max(0, 0.15 + work * 0.1 + random.normal(0, 0.05)));
    say("standby-1", "lag.bytes", Math.max(0, 20_000 + work * 90_000 + random.normal(0, 8000)));
  };

  const spans: [suffix: string, width: number, [from: number, to: number][]][] = [
    ["", SECOND, [[from - 20 * MINUTE, to + 20 * MINUTE]]],
    [
      "_1m",
      MINUTE,
      [
        [from - 2 * HOUR, to + 2 * HOUR],
        [now - 12 * HOUR, now],
      ],
    ],
    ["_5m", 5 * MINUTE, [[now - 7 * DAY, now]]],
    ["_1h", HOUR, [[now - 27 * DAY, now]]],
  ];
  const rollup = new RollupMarks("telemetry.rollup", ["name", "until"]);
  for (const [suffix, width, list] of spans) {
    const written = new Set<number>();
    const end = Math.floor(Math.min(now, until) / width) * width;
    for (const [first, last] of list) {
      for (let at = Math.floor(first / width) * width; at < Math.min(last, end); at += width) {
        if (written.has(at)) continue;
        written.add(at);
        write(suffix, at, width);
      }
    }
    if (suffix)
      for (const name of suffix === "_1m" ? ["load", "tick"] : ["load", "tick", "metric"])
        rollup.add(`${name}${suffix}`, new Date(end));
  }

  return {
    tables: [...tables.values(), rollup, ...incidentTables(random, from, to)],
    // Days that raw samples and minutes of the stall fall on.
    days: [new Date(from - 2 * HOUR), new Date(to + 2 * HOUR)],
  };
}

function incidentTables(random: Random, from: number, to: number): Table[] {
  const incident = new Table("console.incident", [
    "id",
    "title",
    "cause",
    "rule",
    "target",
    "severity",
    "state",
    "from_at",
    "to_at",
    "link",
    "facts",
    "created_at",
    "updated_at",
  ]);
  const note = new Table("console.incident_note", ["id", "incident_id", "at", "author", "text"]);
  const alert = new Table("console.alert_episode", [
    "id",
    "rule",
    "target",
    "severity",
    "state",
    "since",
    "fired_at",
    "resolved_at",
    "value",
    "worst",
    "says",
    "incident_id",
  ]);
  const blocking = new Table("telemetry.lock_episode", [
    "id",
    "target",
    "started_at",
    "ended_at",
    "root_pid",
    "root_backend_start",
    "root_app",
    "root_tenant",
    "root_username",
    "root_state",
    "root_query",
    "relation",
    "mode",
    "most_waiting",
    "tree",
  ]);
  const id = random.id(from);
  const says = `${BLOCKED} sessions wait for a lock on student_answer, the longest for 15 s; release-tool (pid ${ROOT_PID}, idle in transaction) holds it`;
  const leaf = (pid: number) => ({
    pid,
    backendStart: new Date(from - HOUR).toISOString(),
    app: "exam-app",
    tenant: "NORTH",
    username: "invigil_platform_app",
    state: "active",
    wants: "RowExclusiveLock on public.student_answer",
    relation: "public.student_answer",
    holds: [],
    waitingMs: to - from,
    transactionMs: to - from,
    since: new Date(from).toISOString(),
    query:
      "insert into public.student_answer (id, college_id, attempt_id, question_id, selected_option_id) values ($1, $2, $3, $4, $5)",
    queryId: null,
    waiters: [],
  });
  const tree = {
    ...leaf(ROOT_PID),
    app: "release-tool",
    tenant: null,
    username: "invigil_owner",
    state: "idle in transaction",
    wants: null,
    holds: ["AccessExclusiveLock on public.student_answer"],
    waitingMs: null,
    query: STATEMENT,
    waiters: Array.from({ length: BLOCKED }, (_, index) => leaf(4720 + index)),
  };
  incident.add(
    id,
    "Lock on student_answer",
    `release-tool (pid ${ROOT_PID}, idle in transaction) held AccessExclusiveLock on student_answer and blocked ${BLOCKED} sessions. Its statement: ${STATEMENT}`,
    "lock-wait",
    "primary",
    "CRITICAL",
    "RESOLVED",
    new Date(from),
    new Date(to),
    "/database/locks",
    JSON.stringify({ relation: "student_answer", waiting: BLOCKED, root: tree }),
    new Date(from + 15 * SECOND),
    new Date(to),
  );
  const notes: [number, string, string][] = [
    [from, "collector", "The condition begins."],
    [from + 15 * SECOND, "collector", says],
    [from + 2 * MINUTE, "Sam Reyes", "A migration was left open in its transaction. Asked the release team."],
    [to - 4 * SECOND, "Sam Reyes", `Terminated pid ${ROOT_PID}.`],
    [to, "collector", `Resolved. At its worst: ${BLOCKED}.`],
  ];
  for (const [at, author, text] of notes) note.add(random.id(at), id, new Date(at), author, text);
  alert.add(
    random.id(from + 15 * SECOND),
    "lock-wait",
    "primary",
    "CRITICAL",
    "RESOLVED",
    new Date(from),
    new Date(from + 15 * SECOND),
    new Date(to),
    0,
    BLOCKED,
    says,
    id,
  );
  blocking.add(
    random.id(from),
    "primary",
    new Date(from),
    new Date(to),
    ROOT_PID,
    new Date(from - HOUR),
    "release-tool",
    null,
    "invigil_owner",
    "idle in transaction",
    STATEMENT,
    "public.student_answer",
    "RowExclusiveLock on public.student_answer",
    BLOCKED,
    JSON.stringify(tree),
  );
  return [incident, note, alert, blocking];
}

/** An index that no statement of the platform has a use for: the one to find. */
export const PLANTED_INDEX = "create index if not exists student_answer_time_spent_idx on public.student_answer (time_spent)";
