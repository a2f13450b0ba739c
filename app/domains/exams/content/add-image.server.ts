import { createHash } from "node:crypto";
import { z } from "zod";
import { mutation, record } from "~/access/verb.server.ts";
import { firstRow } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { Invalid } from "~/platform/errors.ts";
import { newId } from "~/platform/ids.ts";
import { assertDraft } from "../authoring/insert-questions.server.ts";
import { lockExam } from "../exam-row.server.ts";
import { imageName, imageTypeOf, MOST_IMAGE_BYTES } from "./image-type.ts";
import { imageReference } from "./rich-text.ts";

/** Keeps an image of the exam's tenant, once however often it is uploaded, and says how a text names it. */
export const addImage = mutation({
  name: "exam.add_image",
  permission: "exams.author",
  input: z.object({
    examId: z.uuid(),
    name: z.string().max(1000),
    alt: z.string().trim().min(2, "Describe what the image shows, for those who can't see it").max(300, "At most 300 characters"),
    bytes: z.custom<Uint8Array>((value) => value instanceof Uint8Array),
  }),
  async run({ ctx, input }) {
    const refuse = (message: string) => new Invalid(message, { image: [message] });
    if (input.bytes.length === 0) throw refuse("Choose an image");
    if (input.bytes.length > MOST_IMAGE_BYTES) throw refuse("The image is larger than 2 MB. Make it smaller and choose it again");
    const type = imageTypeOf(input.bytes);
    if (!type) throw refuse("This is not a PNG, JPEG, WebP or GIF image. Save it as one of these and choose it again");
    const exam = await lockExam(ctx, input.examId);
    assertDraft(exam);
    const bytes = Buffer.from(input.bytes);
    const digest = createHash("sha256").update(bytes).digest("hex");
    const id = newId(ctx.clock.now().getTime());
    const kept = await firstRow(
      ctx.tx,
      sql`insert into public.question_image (id, college_id, name, content_type, digest, size_bytes, content)
          values (${id}, ${exam.college_id}, ${imageName(input.name)}, ${type}, ${digest}, ${bytes.length}, ${bytes})
          on conflict (college_id, digest) do nothing
          returning id`,
      z.object({ id: z.string() }),
    );
    const image =
      kept ??
      (await firstRow(
        ctx.tx,
        sql`select id from public.question_image where college_id = ${exam.college_id} and digest = ${digest}`,
        z.object({ id: z.string() }),
      ))!;
    await record(ctx, {
      action: "question.add_image",
      resource: "exam",
      resourceId: exam.id,
      collegeId: exam.college_id,
      details: { image: image.id, type, bytes: bytes.length, alreadyKept: kept === null },
    });
    return { id: image.id, reference: imageReference(image.id, input.alt) };
  },
});
