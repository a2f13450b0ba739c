import { parseEvents, readDetails, readMoment, type Batch } from "~/platform/event-batch.ts";
import { isUuid } from "~/platform/ids.ts";
import { RATINGS, type Rating } from "../vocabulary/schedule.ts";

/** What learners' applications send, and which record each is about. Other types are kept, and move nothing. */
export const LEARNING_TYPES = {
  LESSON_STARTED: "lessonId",
  LESSON_PROGRESS: "lessonId",
  LESSON_COMPLETED: "lessonId",
  STORY_PROGRESS: "storyId",
  WORD_ANSWERED: "vocabularyId",
  EXERCISE_ANSWERED: "exerciseId",
  SESSION_STARTED: "sessionId",
  SESSION_ENDED: "sessionId",
} as const;

const SUBJECTS = ["lessonId", "storyId", "vocabularyId", "exerciseId", "sessionId"] as const;
export type Subject = (typeof SUBJECTS)[number];
export type LearningType = keyof typeof LEARNING_TYPES;

const MAX_SECONDS = 86_400;
const MAX_ANSWER = 2000;

export type LearningEvent = {
  id: string;
  userId: string;
  type: string;
  at: Date;
  percent: number | null;
  seconds: number;
  rating: Rating | null;
  answer: string | null;
  correct: boolean | null;
  details: string | null;
} & Record<Subject, string | null>;

export const isLearningType = (type: string): type is LearningType => Object.hasOwn(LEARNING_TYPES, type);

export const parseLearning = (text: string, contentType: string, now: Date): Batch<LearningEvent> =>
  parseEvents(text, contentType, (value) => readEvent(value, now));

const isWhole = (value: unknown, most: number): value is number =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= most;

function readSubjects(value: Record<string, unknown>): Record<Subject, string | null> | string {
  const subjects = { lessonId: null, storyId: null, vocabularyId: null, exerciseId: null, sessionId: null } as Record<
    Subject,
    string | null
  >;
  for (const name of SUBJECTS) {
    const given = value[name];
    if (given === undefined || given === null) continue;
    if (typeof given !== "string" || !isUuid(given)) return `${name} must be a UUID`;
    subjects[name] = given.toLowerCase();
  }
  return subjects;
}

/** What this type can't do without. */
function lacking(type: string, subjects: Record<Subject, string | null>, value: Record<string, unknown>): string | null {
  if (!isLearningType(type)) return null;
  const subject = LEARNING_TYPES[type];
  if (!subjects[subject]) return `${type} needs ${subject}`;
  if ((type === "LESSON_PROGRESS" || type === "STORY_PROGRESS") && !isWhole(value["percent"], 100))
    return `${type} needs percent`;
  if (type === "WORD_ANSWERED" && value["rating"] === undefined) return "WORD_ANSWERED needs rating";
  if (type === "EXERCISE_ANSWERED" && value["answer"] === undefined && value["correct"] === undefined)
    return "EXERCISE_ANSWERED needs answer or correct";
  return null;
}

function readEvent(value: Record<string, unknown>, now: Date): LearningEvent | string {
  const { id, userId, percent, seconds, rating, answer, correct } = value;
  if (typeof id !== "string" || !isUuid(id)) return "id must be a UUID";
  if (typeof userId !== "string" || !isUuid(userId)) return "userId must be a UUID";
  if (typeof value["type"] !== "string" || !/^[A-Za-z][A-Za-z0-9_.-]{0,63}$/.test(value["type"]))
    return "type must be a name of at most 64 characters";
  const type = value["type"].toUpperCase().replaceAll(/[.-]/g, "_");
  const at = readMoment(value["at"], now);
  if (typeof at === "string") return at;
  if (percent !== undefined && percent !== null && !isWhole(percent, 100)) return "percent must be a whole number from 0 to 100";
  if (seconds !== undefined && seconds !== null && !isWhole(seconds, MAX_SECONDS))
    return "seconds must be a whole number, at most a day";
  if (rating !== undefined && !RATINGS.includes(rating as Rating)) return `rating must be one of ${RATINGS.join(", ")}`;
  if (answer !== undefined && (typeof answer !== "string" || answer.length > MAX_ANSWER))
    return `answer must be text of at most ${MAX_ANSWER} characters`;
  if (correct !== undefined && typeof correct !== "boolean") return "correct must be true or false";
  const subjects = readSubjects(value);
  if (typeof subjects === "string") return subjects;
  const missing = lacking(type, subjects, value);
  if (missing) return missing;
  const details = readDetails(value["details"]);
  if (typeof details === "string") return details;
  return {
    ...subjects,
    id: id.toLowerCase(),
    userId: userId.toLowerCase(),
    type,
    // A clock that is ahead must not hide what comes after it.
    at: at > now ? now : at,
    percent: type === "LESSON_COMPLETED" ? 100 : type === "LESSON_STARTED" ? 0 : ((percent as number | undefined) ?? null),
    seconds: (seconds as number | undefined) ?? 0,
    rating: (rating as Rating | undefined) ?? null,
    answer: typeof answer === "string" ? answer.replaceAll("\u0000", "\uFFFD").toWellFormed() : null,
    correct: (correct as boolean | undefined) ?? null,
    details: details.json,
  };
}
