import { describe, expect, it } from "vitest";
import "~/domains/resources.ts";
import { previewBulk, runBulk, startBulk } from "~/resources/bulk.server.ts";
import { allResources } from "~/resources/registry.ts";
import { viewOf } from "~/resources/view.ts";
import { Forbidden } from "~/platform/errors.ts";
import { newId } from "~/platform/ids.ts";
import { ctxFor, everywhere, inTenants, makeCollege, makeStaff, testDatabase } from "../../tests/database.ts";
import { actVerbs } from "./acts.server.ts";

const db = testDatabase();

it("every act that a list offers is done by a verb or sets a field, and every verb is offered", () => {
  const offered = allResources().flatMap((resource) =>
    resource.bulk.filter((act) => !act.sets).map((act) => `${resource.name}.${act.key}`),
  );
  expect(offered.sort()).toEqual(Object.keys(actVerbs).sort());
});

describe("acts on a whole selection", () => {
  it("suspend the tenants of a filter, whose people's sessions end, after a preview that changes nothing", async () => {
    const boss = ctxFor(await makeStaff(db.owner, "SUPER_ADMIN"), everywhere);
    const ids = [(await makeCollege(db.owner)).id, (await makeCollege(db.owner)).id];
    const work = { resource: "college", act: "suspend", value: "", reason: "not paid", selection: { ids } };
    const states = async () =>
      (await db.owner.query("select subscription_status, is_active from public.college where id = any ($1)", [ids])).rows;
    const preview = await previewBulk(boss, work, actVerbs);
    expect(preview).toMatchObject({ n: 2, refusals: [] });
    // What is shown is what will be, in the words of the fields.
    for (const tried of preview.sample)
      expect(tried.changes).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ label: "Subscription", before: "ACTIVE", after: "SUSPENDED" }),
          expect.objectContaining({ before: true, after: false }),
        ]),
      );
    expect(await states()).toEqual(ids.map(() => ({ subscription_status: "ACTIVE", is_active: true })));
    expect(await runBulk({ id: newId(), ctx: boss, input: work, progress: async () => undefined }, actVerbs)).toEqual({
      changed: 2,
      failed: 0,
    });
    expect(await states()).toEqual(ids.map(() => ({ subscription_status: "SUSPENDED", is_active: false })));
    // The tenant's own manager may edit it and not suspend it.
    const manager = ctxFor(await makeStaff(db.owner, "TENANT_MANAGER", ids), inTenants(...ids));
    await expect(startBulk({ ctx: manager, input: work })).rejects.toThrow(Forbidden);
    const college = allResources().find((resource) => resource.name === "college")!;
    expect(viewOf(college, "TENANT_MANAGER").bulk.map((act) => act.key)).not.toContain("suspend");
  });

  it("approve payments of others and say why not one's own", async () => {
    const { id: college } = await makeCollege(db.owner);
    const manager = ctxFor(await makeStaff(db.owner, "TENANT_MANAGER", [college]), inTenants(college));
    const student = newId();
    await db.owner.query(`insert into public."user" (id, college_id, name, email) values ($1, $2, 'Payer', 'payer@t.example')`, [
      student,
      college,
    ]);
    const ids = [newId(), newId()];
    for (const [at, id] of ids.entries())
      await db.owner.query(
        "insert into public.payment (id, college_id, user_id, amount_minor, currency, status, recorded_by) values ($1, $2, $3, 5000, 'USD', 'PENDING', $4)",
        [id, college, student, at === 0 ? manager.actor.id : null],
      );
    const work = { resource: "payment", act: "approve", value: "", reason: "month's end", selection: { ids } };
    const preview = await previewBulk(manager, work, actVerbs);
    const why = "You recorded this payment. Someone else must approve it";
    expect(preview.refusals).toEqual([{ reason: why, n: 1, titles: [`…${ids[0]!.slice(-8)}`] }]);
    expect(new Map(preview.sample.map((tried) => [tried.id, tried.refused]))).toEqual(
      new Map([
        [ids[0], why],
        [ids[1], null],
      ]),
    );
    const { changed, failed } = await runBulk(
      { id: (await startBulk({ ctx: manager, input: work })).jobId, ctx: manager, input: work, progress: async () => undefined },
      actVerbs,
    );
    expect({ changed, failed }).toEqual({ changed: 1, failed: 1 });
    const left = await db.owner.query("select id, status from public.payment where id = any ($1) order by status", [ids]);
    expect(left.rows).toEqual([
      { id: ids[1], status: "COMPLETED" },
      { id: ids[0], status: "PENDING" },
    ]);
  });
});
