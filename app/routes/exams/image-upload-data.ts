import { protectedAction } from "~/access/page.server.ts";
import { addImage } from "~/domains/exams/content/add-image.server.ts";
import { AppError } from "~/platform/errors.ts";
import { refusalOf } from "~/platform/action-result.ts";
import { uploadedImage } from "./image-upload.server.ts";

/** An image for the editor, which puts it where one writes. */
export const action = protectedAction("exams.author", async ({ ctx, form, params }) => {
  try {
    const result = await addImage({ ctx, input: await uploadedImage(form, params["id"] ?? "") });
    return Response.json({ ok: true, result });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return Response.json(refusalOf(error), { status: error.status });
  }
});
