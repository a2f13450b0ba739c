import { useActionData } from "@remix-run/react";
import { Notice } from "~/ui/feedback/empty.tsx";

/** What an act on this page said when it was done. */
export function Said() {
  const result = useActionData() as { ok?: boolean; result?: { said?: string } } | undefined;
  return result?.ok && result.result?.said ? <Notice tone="ok" title={result.result.said} /> : null;
}
