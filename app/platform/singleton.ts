/**
 * One instance per process, also when the server bundle and the Remix bundle each carry this module,
 * and across hot reloads.
 */
export function singleton<T>(name: string, make: () => T): T {
  const store = ((globalThis as Record<string, unknown>)["__invigil"] ??= new Map()) as Map<string, unknown>;
  if (!store.has(name)) store.set(name, make());
  return store.get(name) as T;
}

/** Forgets an instance, so that the next caller makes a new one. */
export function forget(name: string): void {
  const store = (globalThis as Record<string, unknown>)["__invigil"] as Map<string, unknown> | undefined;
  store?.delete(name);
}
