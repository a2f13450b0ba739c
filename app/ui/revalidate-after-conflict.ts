import type { ShouldRevalidateFunctionArgs } from "@remix-run/react";

const CONFLICT = 409;

/** `shouldRevalidate` of a page where several people act: whoever was refused because another was first sees what is now. */
export const revalidateAfterConflict = ({ actionStatus, defaultShouldRevalidate }: ShouldRevalidateFunctionArgs): boolean =>
  actionStatus === CONFLICT || defaultShouldRevalidate;
