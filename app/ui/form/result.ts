import { useActionData } from "@remix-run/react";
import type { ActionResult, Refusal } from "~/platform/action-result.ts";

type Answer<Action> = Action extends (...args: never[]) => Promise<infer Sent>
  ? Sent extends { data: ActionResult<infer T> }
    ? Exclude<T, Response>
    : never
  : never;

/** What this page's action did, with the types of what it returns: `useDone<typeof action>()`. */
export function useDone<Action>(): Answer<Action> | undefined {
  const answer = useActionData<ActionResult<Answer<Action>>>();
  return answer?.ok ? answer.result : undefined;
}

/** Why this page's action was refused, and what was typed. */
export function useRefusal(): Refusal | undefined {
  const answer = useActionData<ActionResult>();
  return answer?.ok === false ? answer : undefined;
}
