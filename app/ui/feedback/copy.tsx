import { Check, Copy } from "lucide-react";
import { useState } from "react";

export function CopyButton({ text, label = "Copy" }: { text: string; label?: string }) {
  const [done, setDone] = useState(false);
  return (
    <button
      type="button"
      className="inline-flex items-center gap-1 text-muted hover:text-ink"
      onClick={() => {
        void navigator.clipboard.writeText(text).then(() => {
          setDone(true);
          setTimeout(() => setDone(false), 1200);
        });
      }}
    >
      {done ? <Check size={13} aria-hidden /> : <Copy size={13} aria-hidden />}
      <span className="sr-only">{done ? "Copied" : label}</span>
    </button>
  );
}

/** A text to be handed on whole: a link, a key. */
export function CopyLine({ text, label, note }: { text: string; label?: string; note?: string }) {
  return (
    <p className="mono flex flex-wrap items-center gap-2 break-all">
      {text} <CopyButton text={text} label={label} />
      {note && <span className="font-sans text-[12px] text-muted">{note}</span>}
    </p>
  );
}

/** The end of an id tells records apart; the whole of it is one click away. */
export function ShortId({ id }: { id: string }) {
  return (
    <span className="mono inline-flex items-center gap-1.5 text-muted" title={id}>
      {id.length > 10 ? `…${id.slice(-8)}` : id}
      <CopyButton text={id} label={`Copy ${id}`} />
    </span>
  );
}
