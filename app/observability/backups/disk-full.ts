import { codeOf } from "~/db/retry.ts";
import { messageOf, Unavailable } from "~/platform/errors.ts";

/** Said by Node, or by the server, which names a file that was cut short and not always the reason. */
export const isDiskFull = (error: unknown): boolean =>
  codeOf(error) === "ENOSPC" || codeOf(error) === "53100" || /No space left on device/.test(messageOf(error));

/** The same error, unless the disk of `dir` ran full. */
export const diskFullOr = (error: unknown, dir: string): unknown =>
  isDiskFull(error) ? new Unavailable(`The disk of ${dir} is full. Free some space, then try again`) : error;
