import { formatValue, type AlertRule, type MetricKey, type Severity } from "./rules.ts";

/** One number of one server, now. `says` is the sentence a person reads; `facts` what an incident keeps. */
export type Signal = {
  metric: MetricKey;
  target: string;
  label: string;
  value: number;
  says: string;
  cause?: string;
  title?: string;
  facts?: Record<string, unknown>;
};

/** Signals of one moment, and what could not be known: a rule about that neither fires nor resolves. */
export type Reading = { signals: Signal[]; unknown: Set<string> };

export const unknownKey = (metric: MetricKey, target: string) => `${metric} ${target}`;

export type Condition = {
  rule: string;
  target: string;
  label: string;
  state: "PENDING" | "FIRING";
  severity: Severity;
  since: number;
  firedAt: number | null;
  value: number;
  worst: number;
  /** As it is now. */
  says: string;
  /** As it was at its worst: in the end there is nothing left to describe. */
  worstSays: string;
  signal: Signal | null;
};

export type Change = { kind: "fired" | "resolved" | "worse"; condition: Condition; rule: AlertRule };

/** The sentence of an alert that fires: as it is now, with the numbers of now and of its worst moment. */
export function presentSentence(
  rule: AlertRule | undefined,
  { says, value, worst }: Pick<Condition, "says" | "value" | "worst">,
): string {
  // Of what is only there or not, the numbers would say 1 and 1.
  if (!rule || (rule.unit === "count" && rule.threshold === 1)) return says;
  return `${says} (now ${formatValue(rule.unit, value)}, worst ${formatValue(rule.unit, worst)})`;
}

const keyOf = (rule: string, target: string, label: string) => `${rule} ${target} ${label}`;

const beyond = (rule: AlertRule, value: number) => (rule.above ? value >= rule.threshold : value < rule.threshold);
/** Back within the clear line, which lies on the quiet side of the threshold. */
const within = (rule: AlertRule, value: number) => (rule.above ? value <= rule.clearAt : value >= rule.clearAt);
const worse = (rule: AlertRule, a: number, b: number) => (rule.above ? Math.max(a, b) : Math.min(a, b));

/** Pending, firing, resolved: no clock of its own, no database. */
export class Evaluator {
  private readonly conditions = new Map<string, Condition>();

  /** Episodes that were open when this process began go on, so that they can resolve. */
  adopt(conditions: readonly Condition[]): void {
    for (const condition of conditions) this.conditions.set(keyOf(condition.rule, condition.target, condition.label), condition);
  }

  open(): Condition[] {
    return [...this.conditions.values()];
  }

  /** A rule that someone switched off sees nothing any more, and what it had open is over. */
  step(rules: readonly (AlertRule & { enabled?: boolean })[], reading: Reading, now: number): Change[] {
    const changes: Change[] = [];
    const kept = new Set<string>();
    const looks = (rule: AlertRule & { enabled?: boolean }) => rule.enabled !== false;
    for (const rule of rules.filter(looks)) {
      for (const signal of reading.signals) {
        if (signal.metric !== rule.metric) continue;
        const key = keyOf(rule.key, signal.target, signal.label);
        kept.add(key);
        const change = this.one(rule, signal, key, now);
        if (change) changes.push(change);
      }
    }
    // What is no longer reported is over, unless it is only not known.
    for (const [key, condition] of this.conditions) {
      const rule = rules.find((rule) => rule.key === condition.rule);
      if (kept.has(key) || (rule && looks(rule) && reading.unknown.has(unknownKey(rule.metric, condition.target)))) continue;
      this.conditions.delete(key);
      if (condition.state === "FIRING" && rule) changes.push({ kind: "resolved", condition, rule });
    }
    return changes;
  }

  private one(rule: AlertRule, signal: Signal, key: string, now: number): Change | null {
    const known = this.conditions.get(key);
    if (!known) {
      if (!beyond(rule, signal.value)) return null;
      const made: Condition = {
        rule: rule.key,
        target: signal.target,
        label: signal.label,
        state: "PENDING",
        severity: rule.severity,
        since: now,
        firedAt: null,
        value: signal.value,
        worst: signal.value,
        says: signal.says,
        worstSays: signal.says,
        signal,
      };
      this.conditions.set(key, made);
      return this.ripe(rule, made, now);
    }
    known.value = signal.value;
    if (known.state === "PENDING") {
      if (!beyond(rule, signal.value)) {
        this.conditions.delete(key);
        return null;
      }
      this.update(rule, known, signal);
      return this.ripe(rule, known, now);
    }
    if (within(rule, signal.value) || (rule.clearAt === rule.threshold && !beyond(rule, signal.value))) {
      this.conditions.delete(key);
      return { kind: "resolved", condition: known, rule };
    }
    const before = known.worst;
    this.update(rule, known, signal);
    return known.worst !== before ? { kind: "worse", condition: known, rule } : null;
  }

  private update(rule: AlertRule, known: Condition, signal: Signal): void {
    const worst = worse(rule, known.worst, signal.value);
    known.says = signal.says;
    if (worst !== known.worst || !known.signal) Object.assign(known, { worstSays: signal.says, signal });
    known.worst = worst;
  }

  private ripe(rule: AlertRule, condition: Condition, now: number): Change | null {
    if (now - condition.since < rule.forSeconds * 1000) return null;
    condition.state = "FIRING";
    condition.firedAt = now;
    return { kind: "fired", condition, rule };
  }
}
