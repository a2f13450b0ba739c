import { inflateSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import "~/domains/creators.server.ts";
import "~/domains/resources.ts";
import { ctxFor, inTenants, makeCollege, makeStaff, testDatabase } from "../../../../tests/database.ts";
import { makeCourse, makeLearners } from "../../../../tests/fixtures/course.ts";
import { loader as publicPage } from "../../../routes/learning/verify.tsx";
import { anonymousCtx } from "~/access/ctx.server.ts";
import type { Ctx } from "~/db/ctx.ts";
import { withScope } from "~/db/scope.server.ts";
import { fixedClock } from "~/platform/clock.ts";
import { Conflict, Forbidden, Invalid, TooMany } from "~/platform/errors.ts";
import { parseCsv } from "~/resources/import-file.ts";
import { importRows } from "~/resources/import-rows.server.ts";
import { resourceNamed } from "~/resources/registry.ts";
import { create } from "~/resources/verbs.server.ts";
import { certificateFacts } from "./certificate.server.ts";
import { certificatePdf } from "./document.server.ts";
import { issueByRule } from "./issue-by-rule.server.ts";
import { issueCertificate } from "./issue.server.ts";
import { revokeCertificate } from "./revoke.server.ts";
import { verifyCertificate } from "./verify.server.ts";

// Breaks when a certificate can be typed, changed, issued twice, or says more to a stranger than what is printed on it.
const db = testDatabase();
let college: string;
let manager: Ctx;

beforeAll(async () => {
  college = (await makeCollege(db.owner, { name: "Oakfield College" })).id;
  manager = ctxFor(await makeStaff(db.owner, "TENANT_MANAGER", [college]), inTenants(college));
});

const subjects = async (title = "Statistics") => ({
  course: await makeCourse(db.owner, college, { title }),
  learner: (await makeLearners(db.owner, college, 1))[0]!,
});

let visitors = 0;
const visitor = (address = `198.51.100.${(visitors++ % 250) + 1}`) =>
  anonymousCtx(new Request("http://console/verify/x", { headers: { "x-invigil-address": address } }));

describe("issuing", () => {
  it("gives a number of its own, is recorded, and is refused while another holds", async () => {
    const { course, learner } = await subjects();
    const { id, number } = await issueCertificate({ ctx: manager, input: { userId: learner, courseId: course.id } });
    expect(number).toMatch(/^IVG(-[0-9A-HJKMNP-TV-Z]{4}){3}$/);
    const { rows } = await db.owner.query(
      "select count(*)::int as n from audit.entry where action = 'certificate.issue' and resource_id = $1",
      [id],
    );
    expect(rows).toEqual([{ n: 1 }]);
    await expect(issueCertificate({ ctx: manager, input: { userId: learner, courseId: course.id } })).rejects.toThrow(Conflict);
  });

  it("of many at the same moment issues one, by rule and by hand together", async () => {
    const { course, learner } = await subjects();
    const input = { userId: learner, courseId: course.id };
    await Promise.allSettled([
      ...Array.from({ length: 8 }, () => issueCertificate({ ctx: manager, input })),
      ...Array.from({ length: 8 }, () => withScope(manager, (ctx) => issueByRule(ctx, college, [input]))),
    ]);
    const { rows } = await db.owner.query("select count(*)::int as n from public.certificate where course_id = $1", [course.id]);
    expect(rows).toEqual([{ n: 1 }]);
  });

  it("follows the course's rule: whether at all, and for how long", async () => {
    const { course, learner } = await subjects();
    await db.owner.query("update public.course set certificate_on_completion = false where id = $1", [course.id]);
    const clock = fixedClock("2026-01-31T10:00:00Z");
    const issue = () =>
      withScope({ ...manager, clock }, (ctx) => issueByRule(ctx, college, [{ userId: learner, courseId: course.id }]));
    const expiries = async () =>
      (await db.owner.query("select issued_at, expires_at from public.certificate where course_id = $1", [course.id]))
        .rows as unknown[];
    await issue();
    expect(await expiries()).toEqual([]);
    await db.owner.query(
      "update public.course set certificate_on_completion = true, certificate_valid_months = 13 where id = $1",
      [course.id],
    );
    await issue();
    expect(await expiries()).toEqual([{ issued_at: clock.now(), expires_at: new Date("2027-02-28T10:00:00Z") }]);
  });

  it("after the former one has expired issues another, and keeps both", async () => {
    const { course, learner } = await subjects();
    await db.owner.query("update public.course set certificate_valid_months = 1 where id = $1", [course.id]);
    const input = { userId: learner, courseId: course.id };
    const old = await issueCertificate({ ctx: { ...manager, clock: fixedClock("2026-01-01T00:00:00Z") }, input });
    const now = await issueCertificate({
      ctx: { ...manager, session: undefined, clock: fixedClock("2026-06-01T00:00:00Z") },
      input,
    });
    const { rows } = await db.owner.query(
      "select id, superseded_at is not null as replaced from public.certificate where course_id = $1 order by issued_at",
      [course.id],
    );
    expect(rows).toEqual([
      { id: old.id, replaced: true },
      { id: now.id, replaced: false },
    ]);
  });

  it("goes through the same rules from a form and from an import, and a number can't be typed", async () => {
    const { course, learner } = await subjects();
    const values = { user: learner, course: course.id };
    await expect(
      create({ ctx: manager, input: { resource: "certificate", values: { ...values, certificateNo: "MINE" } } }),
    ).rejects.toThrow(Invalid);
    const { id } = await create({ ctx: manager, input: { resource: "certificate", values } });
    expect((await certificateFacts({ ctx: manager, input: { id } })).certificate_no).toMatch(/^IVG-/);
    const [other] = await makeLearners(db.owner, college, 1);
    const file = await parseCsv(Buffer.from(`Student,Course\n${other},${course.id}\n${learner},${course.id}\n`));
    const outcome = await importRows(
      manager,
      resourceNamed("certificate"),
      college,
      file,
      { user: "Student", course: "Course" },
      { dry: false, skipFaulty: true },
      async () => undefined,
    );
    expect(outcome).toMatchObject({ rows: 2, inserted: 1, errors: [{ line: 3 }] });
  });

  it("is not open to who may only read", async () => {
    const { course, learner } = await subjects();
    const auditor = ctxFor(await makeStaff(db.owner, "AUDITOR"), inTenants(college));
    await expect(issueCertificate({ ctx: auditor, input: { userId: learner, courseId: course.id } })).rejects.toThrow(Forbidden);
  });
});

describe("a certificate that was issued", () => {
  it("can't be changed or deleted from a list, nor un-revoked, by whoever writes", async () => {
    const { course, learner } = await subjects();
    const { id } = await issueCertificate({ ctx: manager, input: { userId: learner, courseId: course.id } });
    expect(resourceNamed("certificate").remove).toBeNull();
    const write = (set: string) => db.owner.query(`update public.certificate set ${set} where id = $1`, [id]);
    await expect(write("certificate_no = 'IVG-FORGED'")).rejects.toThrow("can't be changed");
    await revokeCertificate({ ctx: manager, input: { id, reason: "copied work" } });
    await expect(write("revoked_at = null, revoked_reason = null")).rejects.toThrow("stays revoked");
    await expect(revokeCertificate({ ctx: manager, input: { id, reason: "copied work" } })).rejects.toThrow(Conflict);
  });
});

describe("the public check", () => {
  it("tells what is printed on the certificate and whether it holds, and nothing else", async () => {
    const { course, learner } = await subjects("Academic writing");
    const { id, number } = await issueCertificate({ ctx: manager, input: { userId: learner, courseId: course.id } });
    const found = await verifyCertificate(visitor(), ` ${number.toLowerCase()} `);
    expect(found).toEqual({
      number,
      state: "valid",
      person: "Learner 1",
      course: "Academic writing",
      college: "Oakfield College",
      issuedAt: expect.any(Date) as Date,
      expiresAt: null,
      revokedAt: null,
    });
    await revokeCertificate({ ctx: manager, input: { id, reason: "a private reason" } });
    const revoked = await verifyCertificate(visitor(), number);
    expect(revoked).toMatchObject({ state: "revoked" });
    expect(JSON.stringify(revoked)).not.toContain("private");
  });

  it("says that one has expired", async () => {
    const { course, learner } = await subjects();
    await db.owner.query("update public.course set certificate_valid_months = 1 where id = $1", [course.id]);
    const clock = fixedClock("2026-01-01T00:00:00Z");
    const { number } = await issueCertificate({ ctx: { ...manager, clock }, input: { userId: learner, courseId: course.id } });
    expect(await verifyCertificate(visitor(), number)).toMatchObject({ state: "expired" });
  });

  it("answers 404 for a number that is none, whatever it looks like", async () => {
    for (const number of ["IVG-0000-0000-0000", "x", "'; drop table", "a".repeat(500), "\u0000"]) {
      const request = new Request("http://console/verify/x", { headers: { "x-invigil-address": "203.0.113.7" } });
      const answer = (await publicPage({ request, params: { number }, context: {} })) as unknown as { init: { status: number } };
      expect(answer.init.status).toBe(404);
    }
  });

  it("slows down who tries many numbers, whoever else asks", async () => {
    const tries = await Promise.allSettled(
      Array.from({ length: 60 }, (_, i) => verifyCertificate(visitor("203.0.113.99"), `IVG-TRY-${i}`)),
    );
    const refused = tries.filter((tried): tried is PromiseRejectedResult => tried.status === "rejected");
    expect(refused.length).toBeGreaterThanOrEqual(25);
    expect(refused.every((one) => one.reason instanceof TooMany)).toBe(true);
    expect(await verifyCertificate(visitor("203.0.113.1"), "IVG-OTHER")).toBeNull();
  });
});

describe("the printed certificate", () => {
  const printed = {
    college: "Oakfield College",
    person: "Zoë Łukasiewicz-Ωμέγα Иванова",
    course: "A course with a very long title that would not fit on one line of the page in the largest size that there is",
    certificate_no: "IVG-0123-4567-89AB",
    issued_at: new Date("2026-03-01T00:00:00Z"),
    expires_at: null,
  };

  it("is one page, in fonts that it carries, drawn with the code", async () => {
    const pdf = await certificatePdf(printed, "https://invigil.example.edu/verify/IVG-0123-4567-89AB");
    const text = pdf.toString("latin1");
    expect(text.startsWith("%PDF-1.")).toBe(true);
    expect(text.match(/\/Type \/Page\b/g)).toHaveLength(1);
    expect(text.match(/\/FontFile2/g)!.length).toBe(2);
    const start = text.indexOf("stream\n") + 7;
    const content = inflateSync(pdf.subarray(start, pdf.indexOf("\nendstream", start))).toString("latin1");
    // Each dark cell of the code is a rectangle; this address needs hundreds.
    expect(content.match(/ re\n/g)!.length).toBeGreaterThan(200);
  });

  it("is refused for a name that the fonts can't write, rather than printed with holes", async () => {
    await expect(certificatePdf({ ...printed, person: "李 Wei" }, "https://x/verify/1")).rejects.toThrow(/no letter for 李/);
  });
});
