import type { QuestionImage } from "~/domains/exams/content/read-image.server.ts";

/** Shown as an image or not at all: nothing in it is read as a page, and no cache keeps it. */
export const imageResponse = ({ name, content_type, content }: QuestionImage): Response =>
  new Response(new Uint8Array(content), {
    headers: {
      "Content-Type": content_type,
      "Content-Length": String(content.length),
      "Content-Disposition": `inline; filename*=UTF-8''${encodeURIComponent(name)}`,
      "X-Content-Type-Options": "nosniff",
      "Content-Security-Policy": "default-src 'none'; sandbox",
      "Cross-Origin-Resource-Policy": "same-origin",
      "Cache-Control": "no-store",
    },
  });
