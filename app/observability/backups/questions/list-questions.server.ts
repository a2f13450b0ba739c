import { z } from "zod";
import { read } from "~/access/verb.server.ts";
import { rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { questionAnswer } from "./expected.ts";

const drillQuestion = z.object({
  id: z.string(),
  name: z.string(),
  sql: z.string(),
  min: z.number().nullable(),
  max: z.number().nullable(),
  enabled: z.boolean(),
  created_by: z.string(),
  updated_at: z.date(),
  answer: questionAnswer.nullable(),
  answered_at: z.date().nullable(),
});
export type DrillQuestion = z.infer<typeof drillQuestion>;

/** The questions, each with what the last drill that asked it was answered. */
export const listDrillQuestions = read({
  name: "drill-question.list",
  permission: "database.read",
  input: z.object({}),
  run: ({ ctx }) =>
    rows(
      ctx.tx,
      sql`select q.id::text as id, q.name, q.sql, q.min_value as min, q.max_value as max, q.enabled, q.created_by,
                 q.updated_at, a.answer, a.finished_at as answered_at
          from console.drill_question q
            left join lateral (
              select x.answer, c.finished_at
              from console.backup_check c
                cross join lateral jsonb_array_elements(c.questions) as x (answer)
              where c.kind = 'DRILL' and c.finished_at is not null and x.answer ->> 'id' = q.id::text
              order by c.started_at desc
              limit 1
            ) a on true
          order by q.name, q.id`,
      drillQuestion,
    ),
});
