/** JSON that keeps dates: samples travel from the collector to the console as they are. */
export const pack = (value: unknown): string =>
  JSON.stringify(value, function replacer(this: Record<string, unknown>, key, inner: unknown) {
    const original = this[key];
    return original instanceof Date ? { $at: original.getTime() } : inner;
  });

export const unpack = <T>(text: string): T =>
  JSON.parse(text, (_key, value: unknown) =>
    value !== null && typeof value === "object" && "$at" in value ? new Date((value as { $at: number }).$at) : value,
  ) as T;
