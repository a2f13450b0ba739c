/** What an exam costs the database, learned from those that were: a line through the past, with its error. */
export type Observation = { sitting: number; value: number };
export type Line = { base: number; perStudent: number; error: number; observations: number; assumed: boolean };

/** What is believed before anything was seen, and how firmly: so many observations' worth. */
export type Prior = { base: number; perStudent: number; error: number; weight: number; typical: number };

export const CONNECTIONS_PRIOR: Prior = { base: 12, perStudent: 0.05, error: 8, weight: 12, typical: 400 };
/** Sessions that compute, as opposed to waiting for a lock or for their client: what cores are taken by. */
export const ACTIVE_PRIOR: Prior = { base: 0.1, perStudent: 0.0005, error: 0.3, weight: 12, typical: 400 };
export const COMMITS_PRIOR: Prior = { base: 10, perStudent: 0.05, error: 20, weight: 12, typical: 400 };
export const WRITES_PRIOR: Prior = { base: 10, perStudent: 0.2, error: 60, weight: 12, typical: 400 };
export const WAL_PRIOR: Prior = { base: 20_000, perStudent: 300, error: 100_000, weight: 12, typical: 400 };

const ENOUGH = 24;

/**
 * Least squares with the prior as a few observations of its own: with no history it is the prior and its wide error, with
 * much of it the prior no longer matters. Never a negative cost, never NaN.
 */
export function fitLine(observations: readonly Observation[], prior: Prior): Line {
  const seen = observations.filter(
    (observation) => Number.isFinite(observation.value) && Number.isFinite(observation.sitting) && observation.sitting >= 0,
  );
  const believed: { x: number; y: number; w: number }[] = [
    { x: 0, y: prior.base, w: prior.weight / 2 },
    { x: prior.typical, y: prior.base + prior.perStudent * prior.typical, w: prior.weight / 2 },
  ];
  const points = [...believed, ...seen.map((observation) => ({ x: observation.sitting, y: observation.value, w: 1 }))];
  const total = points.reduce((sum, point) => sum + point.w, 0);
  const mx = points.reduce((sum, point) => sum + point.w * point.x, 0) / total;
  const my = points.reduce((sum, point) => sum + point.w * point.y, 0) / total;
  const sxx = points.reduce((sum, point) => sum + point.w * (point.x - mx) ** 2, 0);
  const sxy = points.reduce((sum, point) => sum + point.w * (point.x - mx) * (point.y - my), 0);
  const perStudent = Math.max(0, sxx > 0 ? sxy / sxx : prior.perStudent);
  const base = Math.max(0, my - perStudent * mx);
  const residuals =
    seen.reduce((sum, one) => sum + (one.value - base - perStudent * one.sitting) ** 2, 0) + prior.weight * prior.error ** 2;
  return {
    base,
    perStudent,
    error: Math.sqrt(residuals / (seen.length + prior.weight)),
    observations: seen.length,
    assumed: seen.length < ENOUGH,
  };
}

export const at = (line: Line, sitting: number) => line.base + line.perStudent * sitting;

export type Sitting = { id: string; start: number; minutes: number; students: number };

/** How many sit at each moment in which that changes: everybody starts within a few minutes and stays to the end. */
export function sittingOver(exams: readonly Sitting[]): { t: number; sitting: number }[] {
  const changes = new Map<number, number>();
  for (const exam of exams) {
    changes.set(exam.start, (changes.get(exam.start) ?? 0) + exam.students);
    const end = exam.start + exam.minutes * 60_000;
    changes.set(end, (changes.get(end) ?? 0) - exam.students);
  }
  let sitting = 0;
  return [...changes].sort(([a], [b]) => a - b).map(([t, change]) => ({ t, sitting: (sitting += change) }));
}

/** The most who sit at once while this exam goes on. */
export function peakDuring(exam: Sitting, steps: readonly { t: number; sitting: number }[]): number {
  const end = exam.start + exam.minutes * 60_000;
  let before = 0;
  let peak = 0;
  for (const step of steps) {
    if (step.t <= exam.start) before = step.sitting;
    if (step.t >= exam.start && step.t < end) peak = Math.max(peak, step.sitting);
  }
  return Math.max(peak, before);
}

export type Verdict = "HOLDS" | "AT_RISK" | "WILL_NOT_HOLD";
export type Limits = { connections: number | null; cores: number | null };
export type Judged = {
  verdict: Verdict;
  connections: number;
  connectionsError: number;
  active: number;
  activeError: number;
  reasons: string[];
  /** What is short: it decides what would help. */
  short: ("connections" | "cores")[];
};

const whole = (value: number) => Math.round(value).toLocaleString("en-GB");

/** Holds, at risk (within the error, or past four fifths), or will not hold; always with the figures. */
export function judge(peak: number, connections: Line, active: Line, limits: Limits): Judged {
  const wanted = at(connections, peak);
  const load = at(active, peak);
  const reasons: string[] = [];
  const short: Judged["short"] = [];
  let verdict: Verdict = "HOLDS";
  const worse = (to: Verdict, what: Judged["short"][number], reason: string) => {
    reasons.push(reason);
    short.push(what);
    if (to === "WILL_NOT_HOLD" || verdict === "HOLDS") verdict = to;
  };
  if (limits.connections !== null) {
    const text = `${whole(wanted)} of ${whole(limits.connections)} usable connections`;
    if (wanted > limits.connections) worse("WILL_NOT_HOLD", "connections", text);
    else if (wanted + 2 * connections.error > limits.connections || wanted > 0.8 * limits.connections)
      worse("AT_RISK", "connections", `${text}, give or take ${whole(2 * connections.error)}`);
  }
  if (limits.cores !== null) {
    const text = `${load.toFixed(1)} busy sessions on ${limits.cores} cores`;
    if (load > 1.5 * limits.cores) worse("WILL_NOT_HOLD", "cores", text);
    else if (load + 2 * active.error > limits.cores)
      worse("AT_RISK", "cores", `${text}, give or take ${(2 * active.error).toFixed(1)}`);
  }
  return {
    verdict,
    connections: wanted,
    connectionsError: 2 * connections.error,
    active: load,
    activeError: 2 * active.error,
    reasons,
    short,
  };
}

/** How many students fit at once below four fifths of every limit that is known. */
export function mostAtOnce(connections: Line, active: Line, limits: Limits): number {
  const below = (limit: number | null, line: Line) =>
    limit === null || line.perStudent === 0 ? Number.POSITIVE_INFINITY : Math.floor((0.8 * limit - line.base) / line.perStudent);
  return Math.max(0, Math.min(below(limits.connections, connections), below(limits.cores, active)));
}

/** What a line adds up to between two times, while so many sit: bytes of WAL from bytes a second. */
export function totalOver(line: Line, steps: readonly { t: number; sitting: number }[], from: number, to: number): number {
  let sum = 0;
  let sitting = 0;
  let since = from;
  for (const step of [...steps, { t: to, sitting: 0 }]) {
    const until = Math.min(step.t, to);
    if (until > since) {
      sum += (at(line, sitting) * (until - since)) / 1000;
      since = until;
    }
    sitting = step.sitting;
  }
  return sum;
}

/** The fewest exams of a crowded moment to move, largest first, so that the rest fits. Null when moving can't help. */
export function movesNeeded(exams: readonly Sitting[], moment: number, most: number, minutes: number): string[] | null {
  const moved = new Set<string>();
  const peakNow = () => {
    const shifted = exams.map((exam) => (moved.has(exam.id) ? { ...exam, start: exam.start + minutes * 60_000 } : exam));
    return Math.max(0, ...sittingOver(shifted).map((step) => step.sitting));
  };
  const crowd = exams
    .filter((exam) => exam.start <= moment && exam.start + exam.minutes * 60_000 > moment)
    .sort((a, b) => b.students - a.students);
  for (const exam of crowd) {
    if (peakNow() <= most) return [...moved];
    moved.add(exam.id);
  }
  return peakNow() <= most ? [...moved] : null;
}

/** Mean absolute percentage error; null where nothing was judged. */
export function meanError(pairs: readonly { forecast: number; actual: number }[]): number | null {
  const known = pairs.filter((pair) => pair.actual > 0);
  if (known.length === 0) return null;
  return known.reduce((sum, pair) => sum + Math.abs(pair.forecast - pair.actual) / pair.actual, 0) / known.length;
}
