/** For long work on the one thread: lets others have it every few milliseconds. */
export function yieldToEventLoop(everyMs = 8): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < everyMs) return;
    await new Promise((resolve) => setImmediate(resolve));
    since = performance.now();
  };
}
