import { describe, expect, it } from "vitest";
import { AnswerQueue, type Pending } from "./queue.ts";

function storage() {
  const kept = new Map<string, string>();
  return {
    kept,
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
}
const answer = (questionId: string, optionId: string, second: number): Pending => ({
  questionId,
  optionId,
  text: null,
  at: new Date(second * 1000).toISOString(),
});

describe("the queue of answers", () => {
  it("outlives the page, and holds the newest of each question", () => {
    const store = storage();
    const queue = new AnswerQueue(store, "sit:1");
    queue.put(answer("q1", "a", 1));
    queue.put(answer("q1", "b", 2));
    queue.put(answer("q2", "c", 3));
    expect(new AnswerQueue(store, "sit:1").all().map((pending) => pending.optionId)).toEqual(["b", "c"]);
  });

  it("keeps what was changed while an older version was under way", () => {
    const queue = new AnswerQueue(storage(), "sit:1");
    queue.put(answer("q1", "a", 1));
    const sent = queue.all();
    queue.put(answer("q1", "b", 2));
    queue.settle(sent);
    expect(queue.all().map((pending) => pending.optionId)).toEqual(["b"]);
    queue.settle(queue.all());
    expect(queue.size).toBe(0);
  });

  it("begins empty where the storage holds something else, and works without one", () => {
    const store = storage();
    store.setItem("sit:1", "{not ours");
    expect(new AnswerQueue(store, "sit:1").size).toBe(0);
    const refusing = {
      ...storage(),
      setItem: () => {
        throw new Error("full");
      },
    };
    const queue = new AnswerQueue(refusing, "sit:1");
    queue.put(answer("q1", "a", 1));
    expect(queue.size).toBe(1);
  });
});
