import { protectedLoader } from "~/access/page.server.ts";
import { readImage } from "~/domains/exams/content/read-image.server.ts";
import { imageResponse } from "./image-response.server.ts";

export const loader = protectedLoader("exams.read", async ({ ctx, params }) =>
  imageResponse(await readImage({ ctx, input: { imageId: params["imageId"] ?? "" } })),
);
