import type { Form } from "~/access/page.server.ts";

/** The chosen file and what it shows, as the verb takes them. */
export async function uploadedImage(form: Form, examId: string) {
  const file = form.data.get("image");
  const chosen = file instanceof File ? file : null;
  return {
    examId,
    name: chosen?.name ?? "",
    alt: form.get("alt"),
    bytes: new Uint8Array(chosen ? await chosen.arrayBuffer() : []),
  };
}
