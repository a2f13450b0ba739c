import { beforeAll, describe, expect, it } from "vitest";
import { ctxFor, everywhere, makeCollege, makeStaff, testDatabase } from "../../../tests/database.ts";
import type { Ctx } from "~/db/ctx.ts";
import { createApiKey } from "~/domains/integrity/keys/api-keys.server.ts";
import { printPdf } from "~/platform/pdf.server.ts";
import { getCampaign, listCampaigns, type CampaignRow } from "./campaign.server.ts";
import { keepAccess, revokeAccess } from "./decide.server.ts";
import { campaignCells, campaignPrint } from "./report.ts";
import { signOffCampaign } from "./sign-off.server.ts";
import { startCampaign } from "./start-campaign.server.ts";

// Breaks when somebody decides about themselves, twice, or after the end; or when a decision has no effect.
const db = testDatabase();
let sam: Ctx;
let kim: Ctx;
let auditor: Ctx;
let proctor: Ctx;
let gone: string;
let keyId: string;
let id: string;
const reason = "Still does this work";

const as = async (role: Parameters<typeof makeStaff>[1], name: string, colleges: string[] = []) => {
  const actor = { ...(await makeStaff(db.owner, role, colleges)), name };
  await db.owner.query("update console.staff set name = $1 where id = $2", [name, actor.id]);
  return ctxFor(actor, everywhere);
};
const look = (ctx = sam) => getCampaign({ ctx, input: { id } });
const rowOf = async (name: string): Promise<CampaignRow> => (await look()).rows.find((row) => row.name === name)!;
const active = async (staff: string) =>
  (await db.owner.query<{ is_active: boolean }>("select is_active from console.staff where id = $1", [staff])).rows[0]!.is_active;
const entries = async (action: string) =>
  (await db.owner.query<{ n: number }>("select count(*)::int as n from audit.entry where action = $1", [action])).rows[0]!.n;

beforeAll(async () => {
  const college = (await makeCollege(db.owner, { name: "North" })).id;
  const south = (await makeCollege(db.owner, { name: "South" })).id;
  sam = await as("SUPER_ADMIN", "Sam Reyes");
  kim = await as("SUPER_ADMIN", "Kim Okafor");
  auditor = await as("AUDITOR", "Ada Reed");
  proctor = await as("PROCTOR", "Pat Quinn", [college, south]);
  gone = (await as("SRE", "Lou Lane")).actor.id!;
  await db.owner.query("update console.staff set is_active = false where id = $1", [(await as("SRE", "Old Hand")).actor.id]);
  const key = await createApiKey({ ctx: sam, input: { collegeId: college, name: "Exam client", scopes: ["audit:read"] } });
  keyId = key.id;
  const started = await startCampaign({ ctx: sam, input: { name: "Autumn review", dueOn: "2099-01-31" } });
  id = started.id;
});

describe("a campaign", () => {
  it("holds everybody and every key that had access at its start, a person once", async () => {
    const { rows, campaign } = await look();
    expect(rows.map(({ name }) => name).sort()).toEqual([
      "Ada Reed",
      "Exam client",
      "Kim Okafor",
      "Lou Lane",
      "Pat Quinn",
      "Sam Reyes",
    ]);
    expect(rows.find(({ name }) => name === "Pat Quinn")).toMatchObject({ tenants: "North, South", role: "Proctor", own: false });
    expect(campaign).toMatchObject({ rows: 6, kept: 0, revoked: 0, open: 6 });
    expect(await entries("campaign.start")).toBe(1);
  });

  it("is frozen: who joins is named apart, and the database adds and changes nobody", async () => {
    const late = await as("SRE", "New Hand");
    const { rows, joined } = await look();
    expect(rows.some(({ name }) => name === "New Hand")).toBe(false);
    expect(joined.map(({ name }) => name)).toEqual(["New Hand"]);
    await expect(
      db.owner.query(
        `insert into console.access_campaign_row (id, campaign_id, kind, subject_id, name, address, role, tenants, since)
         values (gen_random_uuid(), $1, 'STAFF', $2, 'x', 'x', 'x', 'x', now())`,
        [id, late.actor.id],
      ),
    ).rejects.toThrow(/fixed when it starts/);
    await expect(
      db.owner.query("update console.access_campaign_row set name = 'x' where campaign_id = $1", [id]),
    ).rejects.toThrow(/fixed when it starts/);
  });

  it("is started by who manages staff, with a date to come", async () => {
    const input = { name: "Another", dueOn: "2099-01-31" };
    for (const ctx of [auditor, proctor]) await expect(startCampaign({ ctx, input })).rejects.toMatchObject({ status: 403 });
    await expect(startCampaign({ ctx: sam, input: { ...input, dueOn: "2020-01-01" } })).rejects.toMatchObject({ status: 422 });
    await expect(startCampaign({ ctx: sam, input: { ...input, dueOn: "2099-02-30" } })).rejects.toMatchObject({ status: 422 });
  });
});

describe("a decision", () => {
  it("is not made about oneself, by no way", async () => {
    const own = await rowOf("Sam Reyes");
    await expect(keepAccess({ ctx: sam, input: { rows: [own.id], reason } })).rejects.toMatchObject({ status: 403 });
    await expect(revokeAccess({ ctx: sam, input: { row: own.id, reason } })).rejects.toMatchObject({ status: 403 });
    await expect(
      db.owner.query(
        `update console.access_campaign_row
         set decision = 'KEEP', reason = 'x', decided_by = subject_id, decided_by_name = 'x', decided_at = now()
         where id = $1`,
        [own.id],
      ),
    ).rejects.toThrow(/access_campaign_row_own_check/);
  });

  it("needs a reason, a role, and for taking access away a fresh proof of who decides", async () => {
    const row = (await rowOf("Pat Quinn")).id;
    await expect(keepAccess({ ctx: sam, input: { rows: [row], reason: "" } })).rejects.toMatchObject({ status: 422 });
    await expect(keepAccess({ ctx: proctor, input: { rows: [row], reason } })).rejects.toMatchObject({ status: 403 });
    await expect(revokeAccess({ ctx: auditor, input: { row, reason } })).rejects.toMatchObject({ status: 403 });
    await expect(keepAccess({ ctx: auditor, input: { rows: [row], reason } })).rejects.toThrow(/Pat Quinn is not one of them/);
    const stale = { ...sam, session: { ...sam.session!, stepUpAt: null } };
    await expect(revokeAccess({ ctx: stale, input: { row, reason } })).rejects.toMatchObject({ name: "StepUpRequired" });
    expect((await rowOf("Pat Quinn")).decision).toBeNull();
  });

  it("of two people at once is made by one, and the other is told", async () => {
    const row = (await rowOf("Pat Quinn")).id;
    const results = await Promise.allSettled([
      keepAccess({ ctx: sam, input: { rows: [row], reason } }),
      revokeAccess({ ctx: kim, input: { row, reason: "Left the company" } }),
    ]);
    expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    const refused = results.find((result) => result.status === "rejected")!;
    expect(refused.reason).toMatchObject({ status: 409 });
    const decided = await rowOf("Pat Quinn");
    expect(await active(proctor.actor.id!)).toBe(decided.decision === "KEEP");
    expect(await entries("campaign.decide")).toBe(1);
  });

  it("to revoke takes effect at once: an account is deactivated, its sessions end, a key is revoked", async () => {
    await db.owner.query(
      `insert into console.staff_session (id, staff_id, token_hash, expires_at) values (gen_random_uuid(), $1, 'h', now() + interval '1 day')`,
      [gone],
    );
    await revokeAccess({ ctx: sam, input: { row: (await rowOf("Lou Lane")).id, reason: "Left the company" } });
    expect(await active(gone)).toBe(false);
    const open = await db.owner.query("select 1 from console.staff_session where staff_id = $1 and revoked_at is null", [gone]);
    expect(open.rowCount).toBe(0);
    await revokeAccess({ ctx: sam, input: { row: (await rowOf("Exam client")).id, reason: "Not used" } });
    const key = await db.owner.query("select 1 from public.api_key where id = $1 and revoked_at is not null", [keyId]);
    expect(key.rowCount).toBe(1);
    expect(await rowOf("Lou Lane")).toMatchObject({ decision: "REVOKE", decided_by_name: "Sam Reyes", now: "No access now" });
    expect(await entries("staff.update")).toBeGreaterThan(0);
    expect(await entries("api_key.revoke")).toBe(1);
  });

  it("does not take the last administrator away, and stands for nothing then", async () => {
    await db.owner.query("update console.staff set is_active = false where id = $1", [sam.actor.id]);
    const row = (await getCampaign({ ctx: auditor, input: { id } })).rows.find(({ name }) => name === "Kim Okafor")!;
    await expect(revokeAccess({ ctx: sam, input: { row: row.id, reason: "Left the company" } })).rejects.toThrow(/last active/);
    expect((await rowOf("Kim Okafor")).decision).toBeNull();
    await db.owner.query("update console.staff set is_active = true where id = $1", [sam.actor.id]);
  });

  it("of several rows at once is made about all of them or none", async () => {
    const [ada, own] = [await rowOf("Ada Reed"), await rowOf("Sam Reyes")];
    await expect(keepAccess({ ctx: sam, input: { rows: [ada.id, own.id], reason } })).rejects.toMatchObject({ status: 403 });
    expect((await rowOf("Ada Reed")).decision).toBeNull();
    const kept = await keepAccess({ ctx: sam, input: { rows: [ada.id, (await rowOf("Kim Okafor")).id], reason } });
    expect(kept).toEqual({ kept: 2 });
  });
});

describe("signing off", () => {
  it("waits until each row is decided; an auditor decides about who manages staff alone", async () => {
    await expect(signOffCampaign({ ctx: auditor, input: { id } })).rejects.toThrow(/1 row is undecided/);
    await keepAccess({ ctx: auditor, input: { rows: [(await rowOf("Sam Reyes")).id], reason } });
    await expect(signOffCampaign({ ctx: sam, input: { id } })).rejects.toMatchObject({ status: 403 });
  });

  it("is done once, and freezes the campaign in the database too", async () => {
    const both = await Promise.allSettled([
      signOffCampaign({ ctx: auditor, input: { id, note: "Compared with the list of the personnel office" } }),
      signOffCampaign({ ctx: auditor, input: { id } }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(await entries("campaign.sign_off")).toBe(1);
    for (const table of ["access_campaign set name = 'x' where id", "access_campaign_row set reason = 'x' where campaign_id"])
      await expect(db.owner.query(`update console.${table} = $1`, [id])).rejects.toThrow(/signed off/);
    expect((await listCampaigns({ ctx: auditor, input: {} }))[0]).toMatchObject({ signed_by_name: "Ada Reed", rows: 6 });
  });

  it("leaves a report that says who decided what about whom, and who came later", async () => {
    const found = await look(auditor);
    const [head, ...body] = campaignCells(found);
    expect(body).toHaveLength(7);
    const lou = body.find((cells) => cells[1] === "Lou Lane")!;
    expect(lou[head!.indexOf("Decision")]).toBe("revoked");
    expect(lou[head!.indexOf("Decided by")]).toBe("Sam Reyes");
    expect(body.find((cells) => cells[1] === "New Hand")![head!.indexOf("Decision")]).toBe("joined after the start");
    const print = campaignPrint(found, new Date());
    expect(print.claim).toMatch(/^Signed off by Ada Reed, .*: \d kept, \d revoked\.$/);
    expect(print.sections.map(({ title }) => title)).toContain("Undecided (0)");
    const pdf = await printPdf(print, new Date());
    expect(pdf.subarray(0, 5).toString("latin1")).toBe("%PDF-");
  });
});
