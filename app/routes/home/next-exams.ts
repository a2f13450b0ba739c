const SHOWN = 6;

/** Those that have not begun, soonest first; what is live is counted above. */
export const nextExams = <T extends { start: Date }>(exams: readonly T[], now: Date): T[] =>
  exams
    .filter((exam) => exam.start > now)
    .sort((a, b) => a.start.getTime() - b.start.getTime())
    .slice(0, SHOWN);
