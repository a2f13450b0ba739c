import { deflateSync } from "node:zlib";
import pg from "pg";
import { beforeAll, describe, expect, it } from "vitest";
import { ctxFor, inTenants, makeCollege, makeStaff, testDatabase } from "../../../tests/database.ts";
import { makeAttempt, makeExam, type MadeExam } from "../../../tests/fixtures/exam.ts";
import type { Ctx } from "../../db/ctx.ts";
import { withScope } from "../../db/scope.server.ts";
import { saveQuestion } from "../../domains/exams/authoring/questions.server.ts";
import { addImage } from "../../domains/exams/content/add-image.server.ts";
import { readImage } from "../../domains/exams/content/read-image.server.ts";
import { signAttemptToken } from "../../domains/exams/sitting/attempt-token.server.ts";
import { hashKey } from "../../domains/integrity/keys/api-keys.server.ts";
import { newId, newToken } from "../../platform/ids.ts";
import { loader as paperImage } from "../machine/attempts/image.ts";
import { loader as staffImage } from "./image.ts";

// Images of questions: for staff of the tenant, and for students whose paper shows them. Breaks when anyone else gets one, or
// when a file that is no image is kept.
const db = testDatabase();
let college: { id: string };
let other: { id: string };
let manager: Ctx;
let stranger: Ctx;
let keyId: string;

const PNG = Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), deflateSync(Buffer.from("a red buoy"))]);

beforeAll(async () => {
  college = await makeCollege(db.owner);
  other = await makeCollege(db.owner);
  manager = ctxFor(await makeStaff(db.owner, "TENANT_MANAGER", [college.id]), inTenants(college.id));
  stranger = ctxFor(await makeStaff(db.owner, "TENANT_MANAGER", [other.id]), inTenants(other.id));
  keyId = newId();
  await db.owner.query(
    "insert into public.api_key (id, college_id, name, prefix, key_hash, scopes, rate_per_minute) values ($1, $2, 'exam server', 'ivg_x', $3, $4, 6000)",
    [keyId, college.id, hashKey(newToken(32)), ["attempts:write"]],
  );
});

const upload = (exam: MadeExam, bytes: Uint8Array, more: { alt?: string; name?: string; ctx?: Ctx } = {}) =>
  addImage({
    ctx: more.ctx ?? manager,
    input: { examId: exam.id, name: more.name ?? "buoy.png", alt: more.alt ?? "a red buoy", bytes },
  });
const draft = () => makeExam(db.owner, college.id, { questions: 0 });
const question = (exam: MadeExam, more: object) =>
  saveQuestion({
    ctx: manager,
    input: { examId: exam.id, text: "Which buoy?", type: "MULTIPLE_CHOICE", marks: 1, options: ["Red", "Green"], ...more },
  });

const token = (attemptId: string, seconds = 600) =>
  signAttemptToken({ attemptId, collegeId: college.id, keyId, expiresAt: new Date(Date.now() + seconds * 1000) });

type Handler = (work: { request: Request; params: Record<string, string>; context: unknown }) => Promise<Response>;
const asStudent = (attemptId: string, imageId: string, bearer: string | null) =>
  (paperImage as unknown as Handler)({
    request: new Request(`http://127.0.0.1/api/v1/attempts/${attemptId}/images/${imageId}`, {
      headers: bearer ? { Authorization: `Bearer ${bearer}` } : {},
    }),
    params: { id: attemptId, imageId },
    context: {},
  });

describe("an upload", () => {
  it("is kept once for a tenant, by its bytes, with a stripped name", async () => {
    const exam = await draft();
    const first = await upload(exam, PNG, { name: "../../etc/<b>buoy</b>\u0000.svg" });
    const again = await upload(await draft(), PNG, { alt: "the same buoy" });
    expect(again.id).toBe(first.id);
    expect(first.reference).toBe(`![a red buoy](image:${first.id})`);
    const { rows } = await db.owner.query("select name, content_type, content from public.question_image where id = $1", [
      first.id,
    ]);
    expect(rows).toEqual([{ name: "b.svg", content_type: "image/png", content: PNG }]);
    const theirs = await upload(await makeExam(db.owner, other.id, { questions: 0 }), PNG, { ctx: stranger });
    expect(theirs.id).not.toBe(first.id);
  });

  it.each([
    ["nothing", Buffer.alloc(0), /Choose an image/],
    ["a script that is called an image", Buffer.from("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"), /not a PNG/],
    ["a page", Buffer.from("<!doctype html><script>alert(1)</script>"), /not a PNG/],
    ["more than 2 MB", Buffer.concat([PNG, Buffer.alloc(2 * 1024 * 1024)]), /larger than 2 MB/],
  ])("of %s is refused", async (_, bytes, says) => {
    await expect(upload(await draft(), bytes)).rejects.toThrow(says);
  });

  it("needs words for those who can't see it, a draft, and an author of its tenant", async () => {
    const exam = await draft();
    await expect(upload(exam, PNG, { alt: " " })).rejects.toMatchObject({ fields: { alt: [/Describe what the image shows/] } });
    await expect(upload(exam, PNG, { ctx: stranger })).rejects.toMatchObject({ status: 404 });
    await expect(upload(await makeExam(db.owner, college.id, { frozen: true, status: "LIVE" }), PNG)).rejects.toThrow(/frozen/);
  });

  it("is named only by questions of its own tenant, and with words", async () => {
    const theirs = await upload(await makeExam(db.owner, other.id, { questions: 0 }), PNG, { ctx: stranger });
    const exam = await draft();
    await expect(question(exam, { options: ["Red", "", theirs.reference] })).rejects.toMatchObject({
      fields: { "options.2": [/not here/] },
    });
    const mine = await upload(exam, PNG);
    await expect(question(exam, { text: `Which? ![](image:${mine.id})` })).rejects.toMatchObject({ fields: { text: [/shows/] } });
  });
});

describe("an image", () => {
  it("is given to staff of its tenant, and to no one who is not logged in", async () => {
    const { id } = await upload(await draft(), PNG);
    expect(await readImage({ ctx: manager, input: { imageId: id } })).toMatchObject({ content: PNG, content_type: "image/png" });
    await expect(readImage({ ctx: stranger, input: { imageId: id } })).rejects.toMatchObject({ status: 404 });
    const sre = ctxFor(await makeStaff(db.owner, "SRE"), inTenants(college.id));
    await expect(readImage({ ctx: sre, input: { imageId: id } })).rejects.toMatchObject({ status: 403 });
    const anonymous = (staffImage as unknown as Handler)({
      request: new Request(`http://127.0.0.1/exams/images/${id}`),
      params: { imageId: id },
      context: {},
    });
    await expect(anonymous).rejects.toSatisfy((answer) => answer instanceof Response && answer.status >= 300);
  });

  it("is given to a student whose paper shows it: in a question or an option, not in an explanation", async () => {
    const exam = await draft();
    const shown = await upload(exam, PNG);
    const option = await upload(exam, Buffer.concat([PNG, Buffer.from("2")]));
    const hidden = await upload(exam, Buffer.concat([PNG, Buffer.from("3")]));
    await question(exam, {
      text: `Which? ${shown.reference}`,
      options: ["Red", option.reference],
      explanation: hidden.reference,
    });
    const attempt = await makeAttempt(db.owner, exam, 0, { state: "IN_PROGRESS" });
    const foreign = await makeAttempt(db.owner, await makeExam(db.owner, college.id), 0, { state: "IN_PROGRESS" });
    const answer = await asStudent(attempt, shown.id, token(attempt));
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(PNG);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      "content-type": "image/png",
      "x-content-type-options": "nosniff",
      "cache-control": "no-store",
      "content-security-policy": "default-src 'none'; sandbox",
    });
    const status = async (attemptId: string, imageId: string, bearer: string | null) =>
      (await asStudent(attemptId, imageId, bearer)).status;
    expect({
      option: await status(attempt, option.id, token(attempt)),
      explanation: await status(attempt, hidden.id, token(attempt)),
      "of another paper": await status(foreign, shown.id, token(foreign)),
      "another student's token": await status(attempt, shown.id, token(foreign)),
      "a token that ran out": await status(attempt, shown.id, token(attempt, -60)),
      nobody: await status(attempt, shown.id, null),
      "no image at all": await status(attempt, newId(), token(attempt)),
      "not an id": await status(attempt, "x", token(attempt)),
    }).toEqual({
      option: 200,
      explanation: 404,
      "of another paper": 404,
      "another student's token": 403,
      "a token that ran out": 401,
      nobody: 401,
      "no image at all": 404,
      "not an id": 404,
    });
  });
});

it("row security keeps another tenant's images out, and an exam application only reads its own", async () => {
  const { id } = await upload(await draft(), PNG);
  const run = (ctx: Ctx, text: string) =>
    withScope(ctx, (inner) => inner.tx.query({ text, values: [id] })).then(
      (found) => found.rowCount,
      (error: { code?: string }) => error.code,
    );
  const look = "select 1 from public.question_image where id = $1";
  expect([await run(manager, look), await run(stranger, look)]).toEqual([1, 0]);
  expect(await run(stranger, "update public.question_image set name = 'x' where id = $1")).toBe(0);
  const app = new pg.Client({ connectionString: db.url("platform_app") });
  await app.connect();
  await app.query(`begin; set local app.college_ids = '{${college.id}}'`);
  expect((await app.query(look, [id])).rowCount).toBe(1);
  await expect(app.query("delete from public.question_image")).rejects.toMatchObject({ code: "42501" });
  await app.end();
});
