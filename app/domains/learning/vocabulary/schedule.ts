import { createEmptyCard, forgetting_curve, fsrs, generatorParameters, Rating as FsrsRating, State, type Card } from "ts-fsrs";

export const RATINGS = ["AGAIN", "HARD", "GOOD", "EASY"] as const;
export type Rating = (typeof RATINGS)[number];
export const STATES = ["NEW", "LEARNING", "REVIEW", "RELEARNING"] as const;

/** What is remembered of one word of one learner between two answers. */
export type Memory = {
  state: (typeof STATES)[number];
  stability: number;
  difficulty: number;
  learningSteps: number;
  scheduledDays: number;
  reviewCount: number;
  lapses: number;
  dueAt: Date | null;
  lastReviewedAt: Date | null;
};

export type Scheduled = Memory & { dueAt: Date; lastReviewedAt: Date; masteryLevel: number };

// Without fuzz: the same answers give the same dates, wherever they are counted.
const parameters = generatorParameters({ enable_fuzz: false });
const scheduler = fsrs(parameters);
const GRADES = {
  AGAIN: FsrsRating.Again,
  HARD: FsrsRating.Hard,
  GOOD: FsrsRating.Good,
  EASY: FsrsRating.Easy,
} as const;

/** Mastery is the chance of still knowing the word after so long. */
const MASTERY_DAYS = 30;

const masteryOf = (stability: number): number =>
  stability > 0 ? Math.round(100 * forgetting_curve(parameters.w, MASTERY_DAYS, stability)) : 0;

function cardOf(memory: Memory, at: Date): Card {
  if (memory.state === "NEW" || !memory.lastReviewedAt) return createEmptyCard(at);
  return {
    due: memory.dueAt ?? at,
    stability: memory.stability,
    difficulty: memory.difficulty,
    elapsed_days: 0,
    scheduled_days: memory.scheduledDays,
    learning_steps: memory.learningSteps,
    reps: memory.reviewCount,
    lapses: memory.lapses,
    state: STATES.indexOf(memory.state) as State,
    last_review: memory.lastReviewedAt,
  };
}

/** What an answer makes of it (FSRS, with its default parameters); null for an answer older than the last one. */
export function afterAnswer(memory: Memory, rating: Rating, at: Date): Scheduled | null {
  if (memory.lastReviewedAt && at <= memory.lastReviewedAt) return null;
  const { card } = scheduler.next(cardOf(memory, at), at, GRADES[rating]);
  return {
    state: STATES[card.state]!,
    stability: card.stability,
    difficulty: card.difficulty,
    learningSteps: card.learning_steps,
    scheduledDays: card.scheduled_days,
    reviewCount: memory.reviewCount + 1,
    lapses: card.lapses,
    dueAt: card.due,
    lastReviewedAt: at,
    masteryLevel: masteryOf(card.stability),
  };
}
