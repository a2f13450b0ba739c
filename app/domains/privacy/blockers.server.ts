import type { TxCtx } from "~/db/ctx.ts";
import { attemptsStillOpen } from "~/domains/exams/sitting/still-open.server.ts";
import { openReviewsOf } from "~/domains/integrity/review/open-of-person.server.ts";
import { plural } from "~/platform/format.ts";
import { holdsOf } from "./legal-hold.server.ts";

/** Why this person can't be erased now, and what would have to happen first. */
export async function blockersOf(ctx: TxCtx, userId: string): Promise<string[]> {
  const blockers: string[] = [];
  const exams = await attemptsStillOpen(ctx, userId);
  if (exams.length > 0) blockers.push(`They are sitting ${exams.join(", ")}. Wait until the attempt has ended.`);
  const { reviews, appeals } = await openReviewsOf(ctx, userId);
  if (reviews > 0)
    blockers.push(`${plural(reviews, "integrity review")} of their attempts ${reviews === 1 ? "is" : "are"} open. Decide first.`);
  if (appeals > 0) blockers.push(`${plural(appeals, "appeal")} ${appeals === 1 ? "is" : "are"} open. Decide first.`);
  for (const hold of (await holdsOf(ctx, userId)).filter(({ stands }) => stands))
    blockers.push(
      `${hold.placed_by_name} placed a legal hold${hold.until ? ` until ${hold.until}` : ""}: ${hold.reason}. Lift it first, if it no longer applies.`,
    );
  return blockers;
}
