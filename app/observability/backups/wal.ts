/** Names of WAL segments: timeline, then the position in pieces of 16 MB. */
const SEGMENT_BYTES = 16n * 1024n * 1024n;

export function positionOf(lsn: string): bigint {
  const [high = "0", low = "0"] = lsn.split("/");
  return (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`);
}

const hex8 = (value: bigint) => value.toString(16).toUpperCase().padStart(8, "0");

export function segmentName(timeline: number, position: bigint): string {
  const number = position / SEGMENT_BYTES;
  return `${hex8(BigInt(timeline))}${hex8(number / 256n)}${hex8(number % 256n)}`;
}

const SEGMENT = /^[0-9A-F]{24}$/;
export const isSegment = (name: string) => SEGMENT.test(name);

const numberOf = (name: string) => BigInt(`0x${name.slice(8, 16)}`) * 256n + BigInt(`0x${name.slice(16)}`);

/** Every segment from one position to another, both included. */
export function segmentsBetween(timeline: number, from: string, to: string): string[] {
  const names: string[] = [];
  for (let at = (positionOf(from) / SEGMENT_BYTES) * SEGMENT_BYTES; at <= positionOf(to); at += SEGMENT_BYTES)
    names.push(segmentName(timeline, at));
  return names;
}

/** Where an archive has holes: the missing segments between its oldest and its newest, timeline by timeline. */
export function gapsIn(names: readonly string[]): { after: string; before: string; missing: number }[] {
  const gaps: { after: string; before: string; missing: number }[] = [];
  const sorted = names.filter(isSegment).sort();
  for (let i = 1; i < sorted.length; i++) {
    const [before, after] = [sorted[i - 1]!, sorted[i]!];
    if (before.slice(0, 8) !== after.slice(0, 8)) continue;
    const missing = Number(numberOf(after) - numberOf(before)) - 1;
    if (missing > 0) gaps.push({ after: before, before: after, missing });
  }
  return gaps;
}
