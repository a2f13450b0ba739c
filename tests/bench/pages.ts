import fs from "node:fs";
import http from "node:http";
import { performance } from "node:perf_hooks";
import pg from "pg";
import { runningCluster } from "../../app/db/cluster/cluster.server.ts";
import { startDemo, type Demo } from "../fixtures/demo.ts";
import type { Row } from "./similarity.ts";

/** How many people open the same page at once. */
const CROWDS = [1, 8, 20];
/** Enough openings of each crowd for a p95 that one slow answer does not make. */
const OPENINGS = 40;
const HANGS_MS = 5000;
const GIVES_UP_MS = 30_000;
const ROUTES = "app/routes.ts";

/** What no link leads to, or what is a file to take away and not a page. */
const NO_PAGE = /^(api\/|logout$|metrics$|health|\*|login|settings\/preferences|integrity\/undo)|\/(export|suggest|file|bulk)$/;

const IDS: Record<string, string> = {
  "tenants/:id": "select id from public.college where deleted_at is null order by id",
  "people/:id": `select id from public."user" where deleted_at is null order by id`,
  "academics/classes/:id": "select id from public.class where deleted_at is null order by id",
  "enrollments/registrations/:id": "select id from public.student_registration order by id",
  "enrollments/payments/:id": "select id from public.payment order by id",
  "enrollments/:id": "select id from public.enrollment order by id",
  "exams/incidents/:number": "select number::text as id from console.incident order by number desc",
  "exams/:id": "select exam_id as id from public.student_exam_attempt group by 1 order by count(*) desc",
  "exams/:id/live": "select id from public.exam where status = 'LIVE' order by id",
  "exams/:id/edit": "select id from public.exam where status = 'DRAFT' order by id",
  "exams/:id/weights": "select id from public.exam where status = 'CLOSED' order by id",
  "data/:resource/:id": "select id from public.subject order by id",
  "imports/:id": "select id from console.import order by id",
  "jobs/:id": "select id from console.job order by id",
  "integrity/attempts/:id": "select attempt_id as id from public.review order by score desc",
  "audit/entries/:id": "select id from audit.entry order by at desc",
  "settings/staff/:id": "select id from console.staff order by id",
  "database/queries/:queryid": "select query_id::text as id from telemetry.query_text limit 1",
  "database/incidents/:id": "select number::text as id from console.incident order by number desc",
};

/** Every address of the table of contents, with the id of a record of the demo; one without such a record is left out. */
async function addresses(owner: pg.Client): Promise<string[]> {
  const text = fs.readFileSync(ROUTES, "utf8");
  const settings = text.slice(text.indexOf('route("settings", '), text.indexOf('layout("routes/database'));
  const found = new Set(["/"]);
  for (const [whole, path] of text.matchAll(/(?:route|listAt)\(\s*"([^"]+)"/g)) {
    const full = path !== "settings" && settings.includes(whole) ? `settings/${path}` : path!;
    if (NO_PAGE.test(full)) continue;
    const pattern = Object.keys(IDS).findLast((key) => full === key || full.startsWith(`${key}/`));
    if (!full.includes(":")) found.add(`/${full}`);
    else if (full.startsWith("data/:resource")) {
      const [row] = (await owner.query<{ id: string }>(IDS["data/:resource/:id"]!)).rows;
      const at = full.replace(":resource", "subject").replace(":id", row?.id ?? ":");
      if (!at.includes(":")) found.add(`/${at}`);
    } else if (pattern) {
      const [row] = (await owner.query<{ id: string }>(IDS[pattern]!)).rows;
      if (row) found.add(`/${full.replace(/:\w+/, row.id)}`);
    }
  }
  return [...found];
}

type Answer = { ms: number; status: number };

/** One that never answers is counted as that: the page hangs, the measurement does not. */
function opener(base: string, cookie: string) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });
  return (path: string): Promise<Answer> =>
    new Promise((resolve) => {
      const started = performance.now();
      const answered = (status: number) => resolve({ ms: performance.now() - started, status });
      const request = http.get(`${base}${path}`, { agent, headers: { cookie, accept: "text/html" } }, (response) => {
        response.on("data", () => undefined).on("end", () => answered(response.statusCode ?? 0));
      });
      request.setTimeout(GIVES_UP_MS, () => request.destroy());
      request.on("error", () => answered(0));
    });
}

async function login(base: string, password: string): Promise<string> {
  const response = await fetch(`${base}/login`, {
    method: "POST",
    redirect: "manual",
    headers: { origin: base, "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ email: "super@invigil.local", password }),
  });
  const cookies = response.headers.getSetCookie().map((line) => line.split(";")[0]!);
  if (!cookies.some((cookie) => /session/.test(cookie))) throw new Error(`the login was answered with ${response.status}`);
  return cookies.join("; ");
}

const quantile = (times: number[], q: number) => times.toSorted((a, b) => a - b)[Math.ceil(times.length * q) - 1]!;

async function crowd(open: (path: string) => Promise<Answer>, path: string, n: number): Promise<Answer[]> {
  let left = Math.max(OPENINGS, n * 2);
  const all: Answer[] = [];
  await Promise.all(
    Array.from({ length: n }, async () => {
      while (left-- > 0) all.push(await open(path));
    }),
  );
  return all;
}

/** Every page that a super-admin may see, opened by one, by eight and by twenty people at once, on the built console with its demo. */
export const bench = {
  name: "pages",
  async run(): Promise<Row[]> {
    // Or one that is up already, as for a journey: {"base","password","dataDir"}.
    const running = process.env["INVIGIL_TEST_DEMO"];
    const demo = running ? { ...(JSON.parse(running) as Demo), stop: async () => undefined } : await startDemo();
    const owner = new pg.Client({ connectionString: runningCluster(demo.dataDir)!.owner });
    const figures: Row[] = [];
    try {
      await owner.connect();
      const open = opener(demo.base, await login(demo.base, demo.password));
      const only = process.env["INVIGIL_BENCH_PAGES"]?.split(",");
      const paths = (await addresses(owner)).filter((path) => !only || only.includes(path));
      for (const path of paths) {
        for (let i = 0; i < 3; i++) await open(path);
        const p95s: number[] = [];
        for (const n of CROWDS) {
          const answers = await crowd(open, path, n);
          const times = answers.map((answer) => answer.ms);
          const refused = answers.filter((answer) => answer.status === 0 || answer.status >= 400).length;
          p95s.push(quantile(times, 0.95));
          const beside = refused > 0 ? `, ${refused} of ${answers.length} not answered` : "";
          figures.push({ metric: `${path} p50, ${n} at once${beside}`, value: quantile(times, 0.5), unit: "ms" });
          figures.push({ metric: `${path} p95, ${n} at once`, value: p95s.at(-1)!, unit: "ms", aim: `never ${HANGS_MS}` });
        }
        figures.push({
          metric: `${path} p95 of 20 at once to that of one`,
          value: p95s.at(-1)! / p95s[0]!,
          unit: "times",
          aim: "6",
        });
      }
    } finally {
      await owner.end().catch(() => undefined);
      await demo.stop();
    }
    return figures;
  },
};
