import { protectedAction, redirect } from "~/access/page.server.ts";
import { undoDecision } from "~/domains/integrity/review/decide.server.ts";
import { AppError } from "~/platform/errors.ts";

export const loader = () => redirect("/integrity");

/** Takes a decision back, and shows its attempt again; too late, it says so where the person is. */
export const action = protectedAction("integrity.review", async ({ ctx, form }) => {
  try {
    const done = await undoDecision({ ctx, input: { decisionId: form.get("decisionId") } });
    return redirect(`/integrity/attempts/${done.attemptId}?undone=1`);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return redirect(`/integrity?late=1`);
  }
});
