import { performance } from "node:perf_hooks";
import type pg from "pg";
import "../../app/domains/resources.ts";
import { clients } from "../../app/db/clients.server.ts";
import type { Ctx, Scope } from "../../app/db/ctx.ts";
import { withReadScope } from "../../app/db/scope.server.ts";
import { env } from "../../app/platform/env.server.ts";
import { systemClock } from "../../app/platform/clock.ts";
import { fieldOf, type Resource } from "../../app/resources/define.ts";
import { readQuery, type ListQuery } from "../../app/resources/query.ts";
import { resourceNamed } from "../../app/resources/registry.ts";
import { listStatement } from "../../app/resources/sql.server.ts";
import { list } from "../../app/resources/verbs.server.ts";
import { seedLarge } from "../../prisma/seed/large.ts";
import { benchCluster } from "./cluster.ts";
import type { Row } from "./similarity.ts";

const SMALL = 10_000;
const DEPTH = 500_000;
const WARM = 20;
const ROUNDS = 150;
const PAGE = 25;

const QUERIES: Record<string, string> = {
  "graded, latest first": "f.state=GRADED&sort=startedAt",
  "waiting for review, riskiest first": "f.reviewState=QUEUED&sort=riskScore",
  "suspicious, newest first": "f.suspiciousActivity=true&sort=newest",
  "since a day, latest first": "f.startedAt.from=2020-01-01T00:00:00Z&sort=startedAt",
};

type Tenants = { small: string; large: string; several: string[] };

/** The same tenants in both databases: the smallest that fills a page of the little one, the largest, and a dozen. */
async function tenantsOf(owner: pg.Client, codes: string[]): Promise<string[]> {
  const { rows } = await owner.query<{ id: string; code: string }>("select id, code from public.college where code = any ($1)", [
    codes,
  ]);
  return codes.map((code) => rows.find((row) => row.code === code)!.id);
}

async function pickCodes(owner: pg.Client): Promise<string[]> {
  const { rows } = await owner.query<{ code: string; n: number }>(
    `select c.code, count(*)::int as n from public.student_exam_attempt a join public.college c on c.id = a.college_id group by 1 order by n desc`,
  );
  const filling = rows.filter((row) => row.n > PAGE * 2);
  return [filling.at(-1)!.code, ...rows.filter((_, at) => at % 15 === 0).map((row) => row.code)];
}

function ctxFor(scope: Scope): Ctx {
  return {
    actor: {
      kind: "staff",
      id: "00000000-0000-7000-8000-000000000001",
      name: "Bench",
      email: "bench@local",
      role: "SUPER_ADMIN",
    },
    scope,
    clock: systemClock,
    requestId: "bench",
  };
}

/** The place that many rows into what the query shows, found once by counting: readers come there page by page. */
async function placeAt(
  owner: pg.Client,
  of: Resource,
  scope: Scope,
  query: ListQuery,
): Promise<{ after: string; depth: number }> {
  const field = query.sort.field ? fieldOf(of, query.sort.field)! : null;
  const way = query.sort.descending ? "desc" : "asc";
  const where = query.filters.map((filter) => {
    const column = fieldOf(of, filter.field)!.column;
    return `${column} ${filter.op === "from" ? ">=" : "="} '${filter.value}'`;
  });
  if (scope.kind === "tenants") where.push(`college_id = any ('{${scope.ids.join(",")}}'::uuid[])`);
  const sort = field ? `"${field.column}"` : "id";
  const from = `from public.student_exam_attempt where ${where.join(" and ")}`;
  const { rows: counted } = await owner.query<{ n: number }>(`select count(*)::int as n ${from}`);
  const depth = Math.max(0, Math.min(DEPTH, counted[0]!.n - PAGE * 2));
  const { rows } = await owner.query<{ id: string; value: unknown }>(
    `select id, to_jsonb(${field ? (field.kind === "moment" ? `${sort}::text` : sort) : "null::text"}) as value ${from} order by ${sort} ${way}, id ${way} offset ${depth} limit 1`,
  );
  const at = rows[0]!;
  return { after: Buffer.from(JSON.stringify([at.value ?? null, at.id])).toString("base64url"), depth };
}

const p95 = (times: number[]) => times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.95)]!;

async function timed(run: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let round = -WARM; round < ROUNDS; round++) {
    const started = performance.now();
    await run();
    if (round >= 0) times.push(performance.now() - started);
  }
  return p95(times);
}

type Figure = { page: number; sql: number; depth: number };

async function measure(owner: pg.Client, tenants: Tenants): Promise<Map<string, Figure>> {
  const of = resourceNamed("student_exam_attempt");
  const scopes: Record<string, Scope> = {
    "a small tenant": { kind: "tenants", ids: [tenants.small] },
    "a large tenant": { kind: "tenants", ids: [tenants.large] },
    "several tenants": { kind: "tenants", ids: tenants.several },
    "all tenants": { kind: "all" },
  };
  const found = new Map<string, Figure>();
  for (const [label, text] of Object.entries(QUERIES)) {
    for (const [whose, scope] of Object.entries(scopes)) {
      const query: ListQuery = { ...readQuery(of, new URLSearchParams(text)), limit: PAGE };
      const deep = await placeAt(owner, of, scope, query);
      for (const [where, place] of [
        ["first page", null],
        ["deep", deep.after],
      ] as const) {
        const asked = { ...query, after: place };
        const ctx = ctxFor(scope);
        const page = await timed(() => list({ ctx, input: { resource: of.name, query: asked } }));
        const { statement } = listStatement(of, scope, asked, [of.title, ...asked.columns]);
        const times: number[] = [];
        for (let round = -WARM; round < ROUNDS; round++) {
          await withReadScope(ctx, async ({ tx }) => {
            const started = performance.now();
            await tx.query({ text: statement.text, values: [...statement.values] });
            if (round >= 0) times.push(performance.now() - started);
          });
        }
        found.set(`${label}, ${whose}, ${where}`, { page, sql: p95(times), depth: place ? deep.depth : 0 });
      }
    }
  }
  return found;
}

/** Pages of a filtered, sorted list under row security: ten million attempts against ten thousand, in one run. */
export const bench = {
  name: "lists",
  run: (): Promise<Row[]> =>
    benchCluster({ fsync: "off", shared_buffers: "1GB", max_wal_size: "8GB", synchronous_commit: "off" }, async (cluster) => {
      const many = env().INVIGIL_LARGE_ATTEMPTS;
      const little = await cluster.database("little");
      const large = await cluster.database("large");
      if (little.fresh) await seedLarge(little.owner, SMALL);
      const codes = await pickCodes(little.owner);
      const started = performance.now();
      if (large.fresh) await seedLarge(large.owner, many);
      const seconds = (performance.now() - started) / 1000;
      for (const { owner, fresh } of [little, large]) if (fresh) await owner.query("vacuum analyze");
      const all: Map<string, Figure>[] = [];
      for (const database of [little, large]) {
        await database.use();
        const [small, first, ...rest] = await tenantsOf(database.owner, codes);
        all.push(await measure(database.owner, { small: small!, large: first!, several: [first!, ...rest] }));
        await clients().close();
      }
      const [base, full] = all as [Map<string, Figure>, Map<string, Figure>];
      const rows: Row[] = large.fresh
        ? [{ metric: `seed, ${many.toLocaleString("en")} attempts`, value: seconds, unit: "s" }]
        : [];
      const geometric = { ratio: 0, n: 0, worst: 0, sql: 0 };
      for (const [label, figure] of full) {
        const ratio = figure.page / base.get(label)!.page;
        geometric.ratio += Math.log(ratio);
        geometric.n++;
        geometric.worst = Math.max(geometric.worst, ratio);
        geometric.sql = Math.max(geometric.sql, figure.sql);
        const depth = figure.depth > 0 ? ` (${figure.depth.toLocaleString("en")} rows)` : "";
        rows.push({ metric: `${label}${depth}: page p95`, value: figure.page, unit: "ms" });
        rows.push({ metric: `${label}: SQL p95`, value: figure.sql, unit: "ms", aim: "below 15" });
        rows.push({ metric: `${label}: against ${SMALL.toLocaleString("en")}`, value: ratio, unit: "×", aim: "at most 1.2" });
      }
      return [
        { metric: "page p95, mean of all ratios", value: Math.exp(geometric.ratio / geometric.n), unit: "×", aim: "at most 1.2" },
        { metric: "page p95, worst ratio", value: geometric.worst, unit: "×", aim: "at most 1.2" },
        { metric: "SQL p95, worst", value: geometric.sql, unit: "ms", aim: "below 15" },
        ...rows,
      ];
    }),
};
