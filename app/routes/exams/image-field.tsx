import { useRef, useState } from "react";
import type { ActionResult } from "~/platform/action-result.ts";
import { Labelled, useFormRefusal } from "~/ui/form/form.tsx";

type Uploaded = ActionResult<{ id: string; reference: string }>;

/** The field that one wrote in last, if it may hold an image; else the question. */
function target(form: HTMLFormElement, last: HTMLElement | null): HTMLInputElement | HTMLTextAreaElement {
  const fits = last && form.contains(last) && /^(text|explanation|options\.\d+)$/.test((last as HTMLInputElement).name);
  return (fits ? last : form.elements.namedItem("text")) as HTMLInputElement | HTMLTextAreaElement;
}

function insert(field: HTMLInputElement | HTMLTextAreaElement, text: string): void {
  const at = field.selectionStart ?? field.value.length;
  field.setRangeText(text, at, field.selectionEnd ?? at, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
}

type Props = { examId: string; lastField: () => HTMLElement | null };

/** An image goes into the text where one writes; before JavaScript at the end of the question. */
export function ImageField({ examId, lastField }: Props) {
  const file = useRef<HTMLInputElement>(null);
  const alt = useRef<HTMLInputElement>(null);
  const refused = useFormRefusal();
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<Record<string, string[]>>({});
  const fields = Object.keys(wrong).length > 0 ? wrong : (refused?.fields ?? {});

  const upload = async (form: HTMLFormElement) => {
    const body = new FormData();
    const chosen = file.current?.files?.[0];
    if (chosen) body.set("image", chosen);
    body.set("alt", alt.current?.value ?? "");
    setBusy(true);
    try {
      const response = await fetch(`/exams/${examId}/questions/images`, { method: "POST", body });
      const answer = (await response.json()) as Uploaded;
      if (!answer.ok) return setWrong(Object.keys(answer.fields).length > 0 ? answer.fields : { image: [answer.message] });
      setWrong({});
      insert(target(form, lastField()), answer.result!.reference);
      file.current!.value = "";
      alt.current!.value = "";
    } catch {
      setWrong({ image: ["The image was not uploaded. Check your connection and try again"] });
    } finally {
      setBusy(false);
    }
  };

  return (
    <details
      className="rounded-control bg-sunk px-3 py-2"
      open={Object.keys(fields).some((name) => name === "image" || name === "alt") || undefined}
    >
      <summary className="cursor-pointer font-[520]">Add an image</summary>
      <div className="mt-2 grid items-start gap-3 sm:grid-cols-2">
        <Labelled label="Image" hint="PNG, JPEG, WebP or GIF, at most 2 MB" error={fields["image"]?.[0]}>
          {(ids) => (
            <input
              {...ids}
              ref={file}
              type="file"
              name="image"
              accept="image/png,image/jpeg,image/webp,image/gif"
              className="input"
            />
          )}
        </Labelled>
        <Labelled label="What it shows" hint="Read to students who can’t see it" error={fields["alt"]?.[0]}>
          {(ids) => <input {...ids} ref={alt} name="alt" className="input" maxLength={300} autoComplete="off" />}
        </Labelled>
      </div>
      <button
        type="submit"
        name="intent"
        value="image"
        className="control mt-2"
        disabled={busy}
        onClick={(event) => {
          event.preventDefault();
          void upload(event.currentTarget.form!);
        }}
      >
        {busy ? "Uploading…" : "Insert image"}
      </button>
    </details>
  );
}
