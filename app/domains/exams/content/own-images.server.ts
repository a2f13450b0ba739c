import { z } from "zod";
import type { TxCtx } from "~/db/ctx.ts";
import { rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { Invalid } from "~/platform/errors.ts";
import { imagesIn } from "./rich-text.ts";

/** Every image that a question names is one of its own tenant; the field that names another is told. */
export async function assertOwnImages(ctx: TxCtx, collegeId: string, texts: Record<string, string>): Promise<void> {
  const named = Object.entries(texts).flatMap(([field, text]) => imagesIn(text).map((id) => ({ field, id })));
  if (named.length === 0) return;
  const known = await rows(
    ctx.tx,
    sql`select id
        from public.question_image
        where college_id = ${collegeId} and id = any (${named.map(({ id }) => id)}::uuid[])`,
    z.object({ id: z.string() }),
  );
  const ids = new Set(known.map(({ id }) => id));
  const missing = named.find(({ id }) => !ids.has(id));
  const message = "This names an image that is not here. Upload it again";
  if (missing) throw new Invalid(message, { [missing.field]: [message] });
}
