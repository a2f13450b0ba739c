import { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Readable } from "node:stream";
import type { ReadableStream as WebStream } from "node:stream/web";
import type pg from "pg";
import { to } from "pg-copy-streams";
import "../../app/domains/resources.ts";
import type { Ctx } from "../../app/db/ctx.ts";
import { systemClock } from "../../app/platform/clock.ts";
import { newId } from "../../app/platform/ids.ts";
import { withScope } from "../../app/db/scope.server.ts";
import { exportRows } from "../../app/resources/export.server.ts";
import { guessMapping, parseCsv } from "../../app/resources/import-file.ts";
import { importRows } from "../../app/resources/import-rows.server.ts";
import { readQuery } from "../../app/resources/query.ts";
import { writable } from "../../app/resources/define.ts";
import { resourceNamed } from "../../app/resources/registry.ts";
import { IMPORTED as IMPORT, keepCreated } from "../../app/resources/undo/keep.server.ts";
import { runUndo } from "../../app/resources/undo/run.server.ts";
import { copyRows } from "../../prisma/seed/copy.ts";
import { seedLarge } from "../../prisma/seed/large.ts";
import { benchCluster } from "./cluster.ts";
import type { Row } from "./similarity.ts";

const EXPORTED = Number(process.env["INVIGIL_BENCH_EXPORTED"] ?? 1_000_000);
const IMPORTED = 20_000;

const ctx: Ctx = {
  actor: { kind: "staff", id: "00000000-0000-7000-8000-000000000001", name: "Bench", email: "bench@local", role: "SUPER_ADMIN" },
  scope: { kind: "all" },
  clock: systemClock,
  requestId: "bench",
};

/** How much more memory the process held at its worst than before, looked at twenty times a second. */
async function growth<T>(run: () => Promise<T>): Promise<{ result: T; seconds: number; megabytes: number; kept: number }> {
  const live = () => {
    globalThis.gc?.();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  const held = live();
  const before = process.memoryUsage().rss;
  let most = before;
  const timer = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 50);
  const started = performance.now();
  const result = await run();
  clearInterval(timer);
  most = Math.max(most, process.memoryUsage().rss);
  const seconds = (performance.now() - started) / 1000;
  // What is still held when the garbage is gone: a row kept anywhere shows here, whatever the collector did meanwhile.
  return { result, seconds, megabytes: (most - before) / 1_048_576, kept: (live() - held) / 1_048_576 };
}

async function drain(source: Readable): Promise<number> {
  let bytes = 0;
  await pipeline(
    source,
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        bytes += chunk.length;
        done();
      },
    }),
  );
  return bytes;
}

async function exporting(owner: pg.Client): Promise<Row[]> {
  const resource = resourceNamed("student_exam_attempt");
  const query = readQuery(resource, new URLSearchParams());
  const exported = (format: "csv" | "ndjson") =>
    growth(async () => drain(Readable.fromWeb((await exportRows(ctx, resource, query, format)) as WebStream)));
  const raw = await growth(() => drain(owner.query(to("copy public.student_exam_attempt to stdout (format csv)"))));
  // Warm, as in a console that has run for a while: pools, plans, the compiler and the heap's nursery, by one row in fifty.
  const few = { ...query, filters: [{ field: "state", op: "is" as const, value: "SUBMITTED" }] };
  for (const format of ["csv", "ndjson"] as const)
    await exportRows(ctx, resource, few, format).then((stream) => drain(Readable.fromWeb(stream as WebStream)));
  const csv = await exported("csv");
  const ndjson = await exported("ndjson");
  return [
    { metric: "export, CSV with names", value: EXPORTED / csv.seconds, unit: "rows/s" },
    { metric: "export, CSV: memory growth", value: csv.megabytes, unit: "MB", aim: "below 50" },
    { metric: "export, CSV: still held afterwards", value: csv.kept, unit: "MB" },
    { metric: "export, NDJSON", value: EXPORTED / ndjson.seconds, unit: "rows/s" },
    { metric: "export, NDJSON: memory growth", value: ndjson.megabytes, unit: "MB", aim: "below 50" },
    { metric: "export, NDJSON: still held afterwards", value: ndjson.kept, unit: "MB" },
    { metric: "COPY to CSV", value: EXPORTED / raw.seconds, unit: "rows/s" },
    { metric: "CSV with names: share of COPY", value: raw.seconds / csv.seconds, unit: "×" },
    { metric: "NDJSON: share of COPY", value: raw.seconds / ndjson.seconds, unit: "×" },
  ];
}

export const exportBench = {
  name: "export",
  run: (): Promise<Row[]> =>
    benchCluster({}, async (cluster) => {
      const database = await cluster.database("exported");
      if (database.fresh) {
        await seedLarge(database.owner, EXPORTED);
        await database.owner.query("vacuum analyze");
      }
      await database.use();
      return exporting(database.owner);
    }),
};

const person = (n: number) => [`Student ${n}`, `student${n}@bench.example`, `R${n}`, "STUDENT"];

const quiet = async () => undefined;

async function undoing(owner: pg.Client, jobId: string): Promise<number> {
  const id = newId();
  await owner.query(
    "insert into console.job (id, kind, title, input, updated_at) values ($1, 'resource.undo', 'Undo', '{}', now())",
    [id],
  );
  const session = { id: newId(), stepUpAt: systemClock.now(), secondFactor: true };
  const { result, seconds } = await growth(() =>
    runUndo({ id, ctx: { ...ctx, session }, input: { jobId, reason: "bench" }, progress: quiet }),
  );
  if (result["undone"] !== IMPORTED) throw new Error(`the import was not undone: ${JSON.stringify(result)}`);
  return seconds;
}

/** Keeping what an import wrote, by itself: beside the import it would drown in what else the machine does. */
async function keeping(owner: pg.Client, college: string): Promise<{ jobId: string; seconds: number }> {
  const { rows } = await owner.query<{ id: string }>(`select id from public."user" where college_id = $1`, [college]);
  const deed = { jobId: newId(), resource: resourceNamed("user"), act: IMPORT };
  const ids = rows.map((row) => row.id);
  const { seconds } = await growth(() => withScope(ctx, (inner) => keepCreated(inner, deed, ids)));
  return { jobId: deed.jobId, seconds };
}

async function importing(owner: pg.Client): Promise<Row[]> {
  const resource = resourceNamed("user");
  const college = async (code: string) => {
    const id = newId();
    await owner.query("insert into public.college (id, name, username, code) values ($1, $2, $2, $2)", [id, code]);
    return id;
  };
  const mark = newId().slice(-8);
  const [imported, copied] = [await college(`I${mark}`), await college(`C${mark}`)];
  const file = Buffer.from(
    ["name,email,roll no,role", ...Array.from({ length: IMPORTED }, (_, n) => person(n).join(","))].join("\n"),
  );
  const parsed = await parseCsv(file);
  const mapping = guessMapping(parsed.header, writable(resource));
  const dry = await growth(() => importRows(ctx, resource, imported, parsed, mapping, { dry: true }, quiet));
  const real = await growth(() => importRows(ctx, resource, imported, parsed, mapping, { dry: false }, quiet));
  if (real.result.inserted !== IMPORTED || dry.result.inserted !== IMPORTED)
    throw new Error(`the file was not imported: ${JSON.stringify(real.result.errors.slice(0, 3))}`);
  const kept = await keeping(owner, imported);
  const undone = await undoing(owner, kept.jobId);
  const raw = await growth(() =>
    copyRows(
      owner,
      'public."user"',
      ["id", "college_id", "name", "email", "roll_no", "role"],
      Array.from({ length: IMPORTED }, (_, n) => [newId(), copied, ...person(n)]),
    ),
  );
  return [
    { metric: "import, checked line by line, all or nothing", value: IMPORTED / real.seconds, unit: "rows/s" },
    { metric: "the same as a check (rolled back)", value: IMPORTED / dry.seconds, unit: "rows/s" },
    { metric: "import: of it, kept to be undone", value: (kept.seconds / real.seconds) * 100, unit: "%", aim: "below 20" },
    { metric: "undo of an import", value: IMPORTED / undone, unit: "rows/s" },
    { metric: "import: memory growth", value: real.megabytes, unit: "MB" },
    { metric: "COPY into the same table", value: IMPORTED / raw.seconds, unit: "rows/s" },
    { metric: "import: share of COPY", value: raw.seconds / real.seconds, unit: "×" },
  ];
}

export const importBench = {
  name: "import",
  run: (): Promise<Row[]> =>
    benchCluster({}, async (cluster) => {
      const database = await cluster.database("imported");
      await database.use();
      return importing(database.owner);
    }),
};
