import { performance } from "node:perf_hooks";
import type pg from "pg";
import "../../app/domains/resources.ts";
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
  resource: Resource,
  scope: Scope,
  query: ListQuery,
): Promise<{ after: string; depth: number }> {
  const field = query.sort.field ? fieldOf(resource, query.sort.field)! : null;
  const way = query.sort.descending ? "desc" : "asc";
  const where = query.filters.map((filter) => {
    const column = fieldOf(resource, filter.field)!.column;
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
type Measured = { owner: pg.Client; use(): Promise<void>; tenants: Tenants };

const scopesOf = (tenants: Tenants): Record<string, Scope> => ({
  "a small tenant": { kind: "tenants", ids: [tenants.small] },
  "a large tenant": { kind: "tenants", ids: [tenants.large] },
  "several tenants": { kind: "tenants", ids: tenants.several },
  "all tenants": { kind: "all" },
});

async function figure(database: Measured, text: string, whose: string, deep: boolean): Promise<Figure> {
  const resource = resourceNamed("student_exam_attempt");
  const scope = scopesOf(database.tenants)[whose]!;
  const query: ListQuery = { ...readQuery(resource, new URLSearchParams(text)), limit: PAGE };
  const place = deep ? await placeAt(database.owner, resource, scope, query) : { after: null, depth: 0 };
  const asked = { ...query, after: place.after };
  const ctx = ctxFor(scope);
  await database.use();
  const page = await timed(() => list({ ctx, input: { resource: resource.name, query: asked } }));
  const { statement } = listStatement(resource, scope, asked, [resource.title, ...asked.columns]);
  const times: number[] = [];
  for (let round = -WARM; round < ROUNDS; round++) {
    await withReadScope(ctx, async ({ tx }) => {
      const started = performance.now();
      await tx.query({ text: statement.text, values: [...statement.values] });
      if (round >= 0) times.push(performance.now() - started);
    });
  }
  return { page, sql: p95(times), depth: place.depth };
}

/** Each figure of one database right after that of the other: what else the machine does falls on both. */
async function compare(little: Measured, large: Measured): Promise<{ label: string; base: Figure; full: Figure }[]> {
  const found = [];
  for (const [label, text] of Object.entries(QUERIES))
    for (const whose of Object.keys(scopesOf(large.tenants)))
      for (const deep of [false, true])
        found.push({
          label: `${label}, ${whose}, ${deep ? "deep" : "first page"}`,
          base: await figure(little, text, whose, deep),
          full: await figure(large, text, whose, deep),
        });
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
      const measured = async (database: Omit<Measured, "tenants">): Promise<Measured> => {
        const [small, first, ...rest] = await tenantsOf(database.owner, codes);
        return { ...database, tenants: { small: small!, large: first!, several: [first!, ...rest] } };
      };
      const figures = await compare(await measured(little), await measured(large));
      const ratios = figures.map(({ base, full }) => full.page / base.page);
      const mean = Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
      const against = `against ${SMALL.toLocaleString("en")}`;
      return [
        { metric: "page p95, mean of all ratios", value: mean, unit: "×", aim: "at most 1.2" },
        { metric: "page p95, worst ratio", value: Math.max(...ratios), unit: "×", aim: "at most 1.2" },
        { metric: "SQL p95, worst", value: Math.max(...figures.map(({ full }) => full.sql)), unit: "ms", aim: "below 15" },
        ...(large.fresh ? [{ metric: `seed, ${many.toLocaleString("en")} attempts`, value: seconds, unit: "s" }] : []),
        ...figures.flatMap(({ label, full }, at): Row[] => [
          {
            metric: `${label}${full.depth > 0 ? `, ${full.depth.toLocaleString("en")} rows` : ""}: page p95`,
            value: full.page,
            unit: "ms",
          },
          { metric: `${label}: SQL p95`, value: full.sql, unit: "ms", aim: "below 15" },
          { metric: `${label}: ${against}`, value: ratios[at]!, unit: "×", aim: "at most 1.2" },
        ]),
      ];
    }),
};
