import type { ReactNode } from "react";
import { useActionData } from "@remix-run/react";
import type { ActionResult } from "~/platform/action-result.ts";
import { Notice } from "~/ui/feedback/empty.tsx";

/** What the page's action did, in the words that it returned as `message`. Every page shows it, by way of Page. */
export function ActionNotice({ children }: { children?: ReactNode }) {
  const answer = useActionData<ActionResult<{ message?: string } | null>>();
  const message = answer?.ok ? answer.result?.message : undefined;
  return message ? (
    <Notice tone="ok" title={message}>
      {children}
    </Notice>
  ) : null;
}
