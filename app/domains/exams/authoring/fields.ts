import { z } from "zod";

export const whole = (min: number, max: number, what: string) =>
  z.coerce
    .number({ message: `Enter ${what}` })
    .int(`Enter ${what} as a whole number`)
    .min(min, `At least ${min}`)
    .max(max, `At most ${max}`);

/** `2026-11-24T09:00` as a form sends it is read as UTC; anything with a zone as what it says. */
export const moment = z.union([z.date(), z.string()]).transform((value, ctx) => {
  const at = value instanceof Date ? value : new Date(/(Z|[+-]\d\d:?\d\d)$/.test(value) ? value : `${value}Z`);
  if (!Number.isNaN(at.getTime()) && at.getUTCFullYear() > 1999 && at.getUTCFullYear() < 2200) return at;
  ctx.addIssue({ code: "custom", message: "Enter a date and a time" });
  return z.NEVER;
});

const flag = z
  .union([z.boolean(), z.string()])
  .optional()
  .transform((value) => value === true || value === "on" || value === "true");

const optionalId = z
  .string()
  .optional()
  .transform((value) => value || null)
  .pipe(z.uuid().nullable());

export const examFields = z
  .object({
    title: z.string().trim().min(2, "Enter a title").max(200, "At most 200 characters"),
    kind: z.enum(["EXAM", "QUIZ"]).default("EXAM"),
    description: z.string().trim().max(4000, "At most 4,000 characters").optional(),
    durationMinutes: whole(1, 1440, "minutes"),
    totalMarks: whole(0, 10_000, "marks"),
    passingMarks: whole(0, 10_000, "marks"),
    startTime: moment,
    endTime: moment,
    classId: z.uuid("Choose a class"),
    subjectId: optionalId,
    enableQuestionShuffling: flag,
    enableTimeLimitPerQuestion: flag,
    secondsPerQuestion: z.union([z.literal("").transform(() => null), whole(5, 7200, "seconds"), z.null()]).optional(),
    enableBrowserLock: flag,
    enableFullscreenMode: flag,
    enableWebcamMonitoring: flag,
    maxAttempts: whole(1, 20, "attempts").default(1),
  })
  .superRefine((exam, ctx) => {
    const wrong = (path: string, message: string) => ctx.addIssue({ code: "custom", path: [path], message });
    if (exam.endTime <= exam.startTime) wrong("endTime", "The end must be after the start");
    if (exam.passingMarks > exam.totalMarks) wrong("passingMarks", "Not more than the total");
    if (exam.enableTimeLimitPerQuestion && !exam.secondsPerQuestion)
      wrong("secondsPerQuestion", "Say how many seconds a question has");
  });

export type ExamFields = z.output<typeof examFields>;
