import { readPaperImage } from "~/domains/exams/content/read-image.server.ts";
import { imageResponse } from "../../exams/image-response.server.ts";
import { attemptEndpoint } from "./endpoint.server.ts";

const endpoint = attemptEndpoint("GET", async ({ client, attemptId, param }) =>
  imageResponse(await readPaperImage({ ctx: client, input: { attemptId, imageId: param("imageId") } })),
);

export const loader = endpoint;
export const action = endpoint;
