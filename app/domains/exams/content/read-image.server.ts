import { z } from "zod";
import { read } from "~/access/verb.server.ts";
import type { Ctx } from "~/db/ctx.ts";
import { firstRow } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { NotFound } from "~/platform/errors.ts";
import { asClient, findSitting } from "../sitting/sitting.server.ts";
import { IMAGE_TYPES } from "./image-type.ts";

const imageRow = z.object({ name: z.string(), content_type: z.enum(IMAGE_TYPES), content: z.instanceof(Buffer) });
export type QuestionImage = z.infer<typeof imageRow>;

/** For staff: any image of their tenants. */
export const readImage = read({
  name: "exam.read_image",
  permission: "exams.read",
  input: z.object({ imageId: z.uuid() }),
  async run({ ctx, input }): Promise<QuestionImage> {
    const image = await firstRow(
      ctx.tx,
      sql`select name, content_type, content from public.question_image where id = ${input.imageId}`,
      imageRow,
    );
    if (!image) throw new NotFound("Image not found");
    return image;
  },
});

/** For a student: what the paper of this attempt shows, and nothing else; an explanation is not on the paper. */
export const readPaperImage = ({ ctx, input }: { ctx: Ctx; input: { attemptId: string; imageId: string } }) =>
  asClient("sitting.image", ctx, async (inner): Promise<QuestionImage> => {
    const sitting = await findSitting(inner, input.attemptId);
    const reference = `](image:${input.imageId})`;
    const image = await firstRow(
      inner.tx,
      sql`select i.name, i.content_type, i.content
          from public.question_image i
          where i.id = ${input.imageId}
            and i.college_id = ${sitting.college_id}
            and exists (
              select 1
              from public.question q
                left join public.question_option o on o.question_id = q.id and o.college_id = q.college_id
              where q.exam_id = ${sitting.exam_id}
                and q.college_id = i.college_id
                and (position(${reference} in q.text) > 0 or position(${reference} in o.text) > 0)
            )`,
      imageRow,
    );
    if (!image) throw new NotFound("Image not found");
    return image;
  });
