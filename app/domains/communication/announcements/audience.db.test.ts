import { beforeAll, expect, it } from "vitest";
import type { Ctx } from "~/db/ctx.ts";
import { newId } from "~/platform/ids.ts";
import { ctxFor, inTenants, makeCollege, makeStaff, testDatabase } from "../../../../tests/database.ts";
import { publishAnnouncement } from "../publish-announcement.server.ts";
import { previewAnnouncement } from "./preview.server.ts";

const db = testDatabase();
let college: string;
let manager: Ctx;
const ids: Record<string, string> = {};

async function insert(table: string, row: Record<string, unknown>): Promise<string> {
  const id = newId();
  const all = { id, college_id: college, ...row };
  await db.owner.query(
    `insert into public."${table}" (${Object.keys(all).join(", ")}) values (${Object.keys(all)
      .map((_, n) => `$${n + 1}`)
      .join(", ")})`,
    Object.values(all),
  );
  return id;
}

beforeAll(async () => {
  college = (await makeCollege(db.owner)).id;
  manager = ctxFor(await makeStaff(db.owner, "TENANT_MANAGER", [college]), inTenants(college));
  ids["course"] = await insert("course", { title: "Anatomy", slug: "anatomy" });
  const grade = { academic_year: "2030", grade: "7" };
  ids["a"] = await insert("class", { name: "A", section: "A", course_id: ids["course"], ...grade });
  ids["b"] = await insert("class", { name: "B", section: "B", course_id: ids["course"], ...grade });
  ids["c"] = await insert("class", { name: "C", section: "A", ...grade, grade: "8" });
  const person = async (name: string, classId: string, role = "STUDENT", status = "ACTIVE") => {
    const user = await insert("user", { name, email: `${name.replace(" ", ".")}@t.example`, role });
    if (role === "STUDENT") await insert("enrollment", { user_id: user, class_id: classId, status });
    else await insert("teacher_class_assignment", { user_id: user, class_id: classId });
    return user;
  };
  const ann = await person("Ann Alder", ids["a"]);
  await person("Ben Birch", ids["b"]);
  await person("Cem Cedar", ids["c"]);
  await person("Dan Dogwood", ids["a"], "STUDENT", "CANCELLED");
  await person("Eve Elm", ids["a"], "TEACHER");
  await insert("event_subscription", { user_id: ann, type: "ANNOUNCEMENT", channel: "SMS" });
});

const announce = (row: Record<string, unknown>) => insert("announcement", { title: "News", body: "Read this", ...row });

it.each([
  ["the whole tenant", { audience: "ALL" }, ["Ann", "Ben", "Cem", "Dan", "Eve"]],
  ["a class", { audience: "CLASS", class_id: "a" }, ["Ann", "Eve"]],
  ["a course", { audience: "COURSE", course_id: "course" }, ["Ann", "Ben", "Eve"]],
  ["a grade", { audience: "FILTER", filter_grade: "7", filter_role: "STUDENT" }, ["Ann", "Ben"]],
  ["a section", { audience: "FILTER", filter_section: "A" }, ["Ann", "Cem", "Eve"]],
])("an announcement to %s is previewed by whom it then reaches", async (_, row, names) => {
  const id = await announce(Object.fromEntries(Object.entries(row).map(([key, value]) => [key, ids[value] ?? value])));
  const preview = await previewAnnouncement({ ctx: manager, input: { id } });
  expect(preview).toMatchObject({ lacks: null, people: names.length, channels: [{ channel: "SMS", people: 1 }] });
  expect(preview.first.map((person) => person.name)).toEqual(names);
  expect(await publishAnnouncement({ ctx: manager, input: { id } })).toEqual({ told: names.length + 1 });
  const told = await db.owner.query<{ name: string }>(
    `select u.name from public.notification n join public."user" u on u.id = n.user_id
     where n.dedupe_key like $1 and n.channel = 'IN_APP' order by 1`,
    [`announcement:${id}:%`],
  );
  expect(told.rows.map((person) => person.name.split(" ")[0])).toEqual(names);
});

it("an announcement whose audience says nobody is not published", async () => {
  for (const row of [{ audience: "CLASS" }, { audience: "COURSE" }, { audience: "FILTER" }]) {
    const id = await announce(row);
    expect((await previewAnnouncement({ ctx: manager, input: { id } })).lacks).toMatch(/^(Choose|Enter) a/);
    await expect(publishAnnouncement({ ctx: manager, input: { id } })).rejects.toThrow(/^(Choose|Enter) a/);
  }
  const empty = await announce({ audience: "FILTER", filter_grade: "12" });
  await expect(publishAnnouncement({ ctx: manager, input: { id: empty } })).rejects.toThrow(/Nobody would get/);
});
