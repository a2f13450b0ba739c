import { z } from "zod";
import { mutation } from "~/access/verb.server.ts";
import { rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { Invalid } from "~/platform/errors.ts";
import { resolveRef } from "~/resources/labels.server.ts";
import { resourceNamed } from "~/resources/registry.ts";
import { enrollIn, lockPlace } from "./enroll.server.ts";

/** Enrolls as people speak: a student by e-mail, roll number or name, a class by name. */
export const enroll = mutation({
  name: "enrollments.enroll",
  permission: "platform.manage",
  input: z.object({
    student: z.string().trim().min(1, "Choose a student").max(300),
    class: z.string().trim().min(1, "Choose a class").max(300),
    amount: z
      .string()
      .trim()
      .regex(/^\d{1,9}([.,]\d{1,2})?$/, "Enter an amount, for example 120.50"),
  }),
  async run({ ctx, input }) {
    const ids = ctx.scope.kind === "tenants" ? ctx.scope.ids : null;
    const classes = ids
      ? (await Promise.all(ids.map((id) => resolveRef(ctx, resourceNamed("class"), id, [input.class])))).flatMap(
          (found) => found.get(input.class) ?? [],
        )
      : (
          await rows(
            ctx.tx,
            sql`select id
                from public."class"
                where (id::text = ${input.class} or name = ${input.class}) and deleted_at is null
                limit 2`,
            z.object({ id: z.string() }),
          )
        ).map((found) => found.id);
    if (classes.length !== 1)
      throw new Invalid(
        classes.length === 0 ? "Class not found" : "Several classes have this name. Choose a tenant first, or use an ID",
        { class: ["Choose one class"] },
      );
    const place = await lockPlace(ctx, classes[0]!);
    const students = (await resolveRef(ctx, resourceNamed("user"), place.college_id, [input.student])).get(input.student) ?? [];
    if (students.length !== 1)
      throw new Invalid(
        students.length === 0
          ? "This college has no such student"
          : "Several people have this name. Use an e-mail or a roll number",
        { student: ["Choose one student"] },
      );
    const id = await enrollIn(ctx, place, students[0]!, Math.round(Number(input.amount.replace(",", ".")) * 100));
    return { id, classId: place.id };
  },
});
