export const SESSIONS = ["AM", "PM", "FULL"] as const;
export type Session = (typeof SESSIONS)[number];

export const STATUSES = ["PRESENT", "ABSENT", "LATE", "EXCUSED"] as const;
export type Status = (typeof STATUSES)[number];

/** The letter that enters each. */
export const KEY_OF: Record<Status, string> = { PRESENT: "P", ABSENT: "A", LATE: "L", EXCUSED: "E" };
export const LABEL_OF: Record<Status, string> = { PRESENT: "Present", ABSENT: "Absent", LATE: "Late", EXCUSED: "Excused" };

/** How a class divides its day: in halves, or not at all. */
export const DAY_PARTS = { halves: ["AM", "PM"], whole: ["FULL"] } as const satisfies Record<string, readonly Session[]>;
export type DayPart = keyof typeof DAY_PARTS;
export const dayPartOf = (session: Session): DayPart => (session === "FULL" ? "whole" : "halves");
