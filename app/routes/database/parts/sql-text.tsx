import { Link } from "@remix-run/react";
import { brief } from "~/observability/queries/mask.ts";
import { CopyButton } from "~/ui/feedback/copy.tsx";

/** One line of a statement; the whole of it on its page. */
export function QueryLine({ id, text, length = 110 }: { id: string | null; text: string | null; length?: number }) {
  const line = text ? brief(text, length) : id ? `statement ${id}, text not available` : "–";
  if (!id) return <code title={text ?? undefined}>{line}</code>;
  return (
    <Link
      to={`/database/queries/${id}`}
      title={text ?? undefined}
      className="inline-block max-w-full truncate align-bottom hover:underline"
    >
      <code>{line}</code>
    </Link>
  );
}

export function SqlBlock({ text, label = "Copy the statement" }: { text: string; label?: string }) {
  return (
    <div className="relative">
      <pre className="overflow-x-auto rounded-control bg-sunk p-2.5 pr-9 whitespace-pre-wrap" tabIndex={0}>
        {text}
      </pre>
      <span className="absolute top-2 right-2">
        <CopyButton text={text} label={label} />
      </span>
    </div>
  );
}

/** A statement that repairs something, with what takes it back. */
export function Fix({ fix, undo }: { fix: string; undo?: string | null }) {
  return (
    <details className="text-[12px]">
      <summary className="w-fit leading-6 whitespace-nowrap text-accent hover:underline">fix</summary>
      <div className="mt-1.5 flex min-w-[260px] flex-col gap-1.5">
        <SqlBlock text={fix} />
        {undo && (
          <>
            <p className="text-muted">To undo:</p>
            <SqlBlock text={undo} label="Copy the undo" />
          </>
        )}
      </div>
    </details>
  );
}
