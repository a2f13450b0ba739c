import type { Given } from "./given.ts";

/** An answer on its way to the server. */
export type Pending = Given & { questionId: string; at: string };

type Store = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/**
 * Answers that the server has not confirmed, kept in the browser: they outlive a lost connection, a reload and a closed tab.
 * Of each question only the newest is kept; what was changed while an older one was under way stays.
 */
export class AnswerQueue {
  private readonly pending = new Map<string, Pending>();

  constructor(
    private readonly store: Store,
    private readonly key: string,
  ) {
    try {
      for (const pending of JSON.parse(store.getItem(key) ?? "[]") as Pending[]) this.pending.set(pending.questionId, pending);
    } catch {
      // Someone else's words under our name: nothing of ours is in them.
    }
  }

  put(answer: Pending): void {
    this.pending.set(answer.questionId, answer);
    this.keep();
  }

  all(): Pending[] {
    return [...this.pending.values()];
  }

  get size(): number {
    return this.pending.size;
  }

  /** Confirmed or refused for good, in the version that was sent. */
  settle(sent: readonly Pending[]): void {
    for (const pending of sent)
      if (this.pending.get(pending.questionId)?.at === pending.at) this.pending.delete(pending.questionId);
    this.keep();
  }

  private keep(): void {
    try {
      if (this.pending.size === 0) this.store.removeItem(this.key);
      else this.store.setItem(this.key, JSON.stringify(this.all()));
    } catch {
      // A full or forbidden storage: the answers are still here, in this page.
    }
  }
}
