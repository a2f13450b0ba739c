/** So many requests a minute for each key, refilled steadily: a bucket that holds a minute's worth. */
export type Bucket = { tokens: number; at: number };

/** Seconds to wait, or 0 when the request may pass. Clocks that go back refill nothing. */
export function take(buckets: Map<string, Bucket>, id: string, perMinute: number, now: number): number {
  const bucket = buckets.get(id) ?? { tokens: perMinute, at: now };
  const gained = (Math.max(0, now - bucket.at) / 60_000) * perMinute;
  const tokens = Math.min(perMinute, bucket.tokens + gained);
  if (tokens < 1) {
    buckets.set(id, { tokens, at: now });
    return Math.max(1, Math.ceil(((1 - tokens) / perMinute) * 60));
  }
  buckets.set(id, { tokens: tokens - 1, at: now });
  return 0;
}
