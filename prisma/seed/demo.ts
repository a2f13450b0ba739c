import { hash } from "@node-rs/argon2";
import pg from "pg";
import { factsOf, MANAGER_ROLE, type Role } from "../../app/access/policy.ts";
import { checkPassword } from "../../app/access/password.server.ts";
import { auditTables, STAFF_DAYS, type DemoStaff } from "./audit.ts";
import { Table } from "./copy.ts";
import { examTables } from "./exams.ts";
import { learningTables } from "./learning.ts";
import { platformTables } from "./platform.ts";
import { Random } from "./random.ts";
import { reviewTables } from "./reviews.ts";
import { PLANTED_INDEX, telemetryTables } from "./telemetry.ts";

const STAFF = [
  ["super@invigil.local", "Sara Amadi", "SUPER_ADMIN"],
  ["proctor@invigil.local", "Ana Okafor", "PROCTOR"],
  ["proctor2@invigil.local", "Ben Larsen", "PROCTOR"],
  ["sre@invigil.local", "Sam Reyes", "SRE"],
  ["auditor@invigil.local", "Iris Novak", "AUDITOR"],
  ["manager@invigil.local", "Mona Haddad", "TENANT_MANAGER"],
] as const satisfies readonly (readonly [string, string, Role])[];

export async function demoNeeded(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ empty: boolean }>("select not exists (select 1 from public.college) as empty");
  return rows[0]!.empty;
}

/** The demo's six accounts share one password: the given one, or one made up at the first start and shown once. */
export async function setDemoPassword(client: pg.Client, given: string | undefined): Promise<string | null> {
  const { rows } = await client.query<{ password_hash: string | null }>(
    "select password_hash from console.staff where email = $1",
    [STAFF[0][0]],
  );
  const stored = rows[0]?.password_hash ?? null;
  if (rows.length === 0) return null;
  if (stored && (!given || (await checkPassword(given, stored)).ok)) return given ?? null;
  const password = given ?? new Random(Date.now()).hex(12);
  await client.query("update console.staff set password_hash = $1 where email = any($2)", [
    await hash(password, { memoryCost: 19_456, timeCost: 2, parallelism: 1 }),
    STAFF.map(([email]) => email),
  ]);
  return password;
}

/**
 * Lanes are loaded side by side, one connection per core, and committed only when all of them are whole.
 * The rows refer to each other correctly by construction, and a test checks every foreign key afterwards; where the owner
 * may not skip the triggers there is one lane, in the order of reference, and it takes longer.
 */
async function load(url: string, lanes: Table[][]): Promise<void> {
  const clients = lanes.map(() => new pg.Client({ connectionString: url, application_name: "seed" }));
  try {
    await Promise.all(
      clients.map(async (client, lane) => {
        await client.connect();
        if (lanes.length > 1) await client.query("set session_replication_role = replica");
        await client.query("set synchronous_commit = off");
        await client.query("begin");
        for (const table of lanes[lane]!) await table.load(client);
      }),
    );
    for (const client of clients) await client.query("commit");
  } finally {
    await Promise.allSettled(clients.map((client) => client.end()));
  }
}

/** Everything that the demo holds, as it is at this moment: the same moment gives the same demo. */
export function demoTables(now: number, sampledFrom: number = now) {
  const random = new Random(20_261_120);
  const { colleges, tables: platform } = platformTables(random, now);
  const staff: DemoStaff[] = STAFF.map(([email, name, role]) => ({ id: random.id(now - 400 * 86_400_000), email, name, role }));
  const people = new Table("console.staff", ["id", "email", "name", "role", "created_at"]);
  const assigned = new Table("console.staff_assignment", ["id", "staff_id", "college_id", "granted_by", "created_at"]);
  const begun = new Date(now - STAFF_DAYS * 86_400_000);
  for (const one of staff) {
    people.add(one.id, one.email, one.name, one.role, begun);
    const own =
      one.role === MANAGER_ROLE
        ? colleges.slice(0, 1)
        : factsOf(one.role).tenants === "assigned"
          ? colleges.filter((college) => college.status !== "EXPIRED")
          : [];
    for (const college of own) assigned.add(random.id(now), one.id, college.id, staff[0]!.id, begun);
  }
  const { tables: papers, planted } = examTables(random, now, colleges);
  const exams = [...papers, ...reviewTables(random, now, papers, staff)];
  const setting = new Table("console.setting", ["id", "key", "value"]);
  setting.add(random.id(now), "demo.planted", JSON.stringify(planted));
  const audit = auditTables(random, now, colleges, staff);
  const learning = learningTables(random, now, colleges);
  const telemetry = telemetryTables(random, now, colleges, planted, sampledFrom);
  const answers = exams.filter((table) => table.name === "public.student_answer");
  const rest = [
    people,
    assigned,
    setting,
    ...platform,
    ...learning,
    ...exams.filter((table) => !answers.includes(table)),
    ...audit,
    ...telemetry.tables,
  ];
  return { rest, answers, planted, days: telemetry.days };
}

export async function seedDemo(url: string, now: number = Date.now()): Promise<void> {
  const { rest, answers, days } = demoTables(now, (await firstSample(url)) ?? now);
  await ensureDays(url, days);
  // Without the right to skip triggers the order of one lane matters; it is the order of reference.
  const skips = await maySkipTriggers(url);
  // What waits for its place in the log is put there by a trigger, unless it is skipped.
  const untriggered = rest.filter((table) => table.name !== "audit.pending");
  await load(url, skips ? [rest, answers] : [[...untriggered, ...answers]]);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  // What the triggers would have kept.
  await client.query(`
    insert into public.platform_identifier (id, college_id, kind, value, row_id)
      select public.invigil_uuid7(), college_id, 'TRANSACTION', transaction_id, id from public.payment where transaction_id is not null
      union all select public.invigil_uuid7(), college_id, 'CERTIFICATE', certificate_no, id from public.certificate
    on conflict do nothing`);
  if (skips) await client.query(ANSWER_VERSIONS);
  await client.query(PLANTED_INDEX);
  await client.query("analyze");
  await client.end();
}

/**
 * What the triggers would have kept, had the answers come one by one. An answer that was revised has an earlier version with
 * the option after the one that was chosen in the end.
 */
const ANSWER_VERSIONS = `
  insert into public.answer_version (id, college_id, attempt_id, question_id, selected_option_id, answer_text, at)
  select public.invigil_uuid7(v.at), v.college_id, v.attempt_id, v.question_id, v.option_id, v.answer_text, v.at
  from (
    select s.college_id, s.attempt_id, s.question_id, s.selected_option_id as option_id, s.answer_text,
      date_trunc('second', s.answered_at) as at
    from public.student_answer s
    union all
    select s.college_id, s.attempt_id, s.question_id,
      (select o.id from public.question_option o
       where o.question_id = s.question_id and o.college_id = s.college_id and o.id <> s.selected_option_id
       order by o.id <= s.selected_option_id, o.id limit 1),
      null, date_trunc('second', s.answered_at) - interval '20 seconds'
    from public.student_answer s
    where s.revisions > 0 and s.selected_option_id is not null
  ) v
  order by v.at`;

/** A collector that has run before the demo is loaded has samples of its own. */
async function firstSample(url: string): Promise<number | null> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ at: Date | null }>(
      "select least((select min(at) from telemetry.tick), (select min(at) from telemetry.metric)) as at",
    );
    return rows[0]?.at?.getTime() ?? null;
  } finally {
    await client.end();
  }
}

/** The past of the demo needs partitions that a fresh installation has not. */
async function ensureDays(url: string, days: Date[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  for (const table of ["load", "tick", "load_1m", "tick_1m"]) {
    for (const at of days)
      await client.query("select public.ensure_partitions($1::regclass, interval '1 day', $2, $2)", [`telemetry.${table}`, at]);
  }
  await client.end();
}

async function maySkipTriggers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query("set session_replication_role = replica");
    return true;
  } catch {
    return false;
  } finally {
    await client.end();
  }
}
