import { Badge, type Tone } from "~/ui/feedback/badge.tsx";

const STATES: Record<string, { tone: Tone; word: string }> = {
  QUEUED: { tone: "accent", word: "Waiting" },
  RUNNING: { tone: "accent", word: "Running" },
  READY: { tone: "ok", word: "Ready" },
  DONE: { tone: "ok", word: "Done" },
  FAILED: { tone: "bad", word: "Failed" },
  EXPIRED: { tone: "neutral", word: "Expired" },
};

export function ComparisonState({ state }: { state: string }) {
  const { tone, word } = STATES[state] ?? { tone: "neutral" as const, word: state };
  return <Badge tone={tone}>{word}</Badge>;
}

const ROWS: Record<string, { tone: Tone; word: string }> = {
  PUT: { tone: "ok", word: "Put back" },
  SPARED: { tone: "warn", word: "Left as it is" },
  REFUSED: { tone: "bad", word: "Refused" },
  KEPT: { tone: "warn", word: "Not undone" },
  UNDONE: { tone: "neutral", word: "Undone" },
  CHOSEN: { tone: "accent", word: "Being written" },
};

/** What became of a row; nothing where nothing did. */
export function RowState({ state }: { state: string }) {
  const known = ROWS[state];
  return known ? <Badge tone={known.tone}>{known.word}</Badge> : null;
}

export const KINDS = { MISSING: "Missing today", CHANGED: "Changed since", ADDED: "Added since" } as const;

/** A table as people read it. */
export const tableName = (table: string) => table.replaceAll("_", " ");
