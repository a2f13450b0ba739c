import { z } from "zod";
import { read } from "~/access/verb.server.ts";
import { rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";

export const semestersOf = read({
  name: "academics.semesters",
  permission: "platform.read",
  input: z.object({ collegeId: z.uuid() }),
  run: ({ ctx, input }) =>
    rows(
      ctx.tx,
      sql`select id, name || ' (' || code || ')' as name
          from public.semester
          where college_id = ${input.collegeId}::uuid
          order by id desc
          limit 50`,
      z.object({ id: z.string(), name: z.string() }),
    ),
});
