import { describe, expect, it } from "vitest";
import type { Verdict } from "./model.ts";
import { applicable, crowdsOf, decide, verdictNote, type Standing } from "./standing.ts";

const at = (minute: number) => new Date(Date.UTC(2026, 11, 3, 18, 0) + minute * 60_000);
const LIMITS = { connections: 90, cores: 2 };
const WHY: Record<Verdict, string[]> = { HOLDS: [], AT_RISK: ["80 of 90"], WILL_NOT_HOLD: ["99 of 90"] };

/** One computation a minute, from 18:00 on; what stood after each. */
function after(readings: Verdict[], crowd = () => "same", limits = () => LIMITS): Standing[] {
  const stood: Standing[] = [];
  for (const [minute, verdict] of readings.entries())
    stood.push(
      decide(stood.at(-1) ?? null, {
        computed: { verdict, reasons: WHY[verdict], short: [] },
        crowd: crowd(),
        limits: limits(),
        now: at(minute),
      }),
    );
  return stood;
}
const times = (n: number, verdict: Verdict) => Array.from({ length: n }, () => verdict);

describe("a verdict that stands", () => {
  it("gets worse at once and does not change while the forecast goes to and fro around the limit", () => {
    const readings: Verdict[] = ["HOLDS", ...Array.from({ length: 40 }, (_, n): Verdict => (n % 3 ? "HOLDS" : "AT_RISK"))];
    const verdicts = after(readings).map((standing) => standing.verdict);
    expect(verdicts[0]).toBe("HOLDS");
    expect(new Set(verdicts.slice(1))).toEqual(new Set(["AT_RISK"]));
  });

  it("gets better after ten minutes, and remembers until when it was worse and why", () => {
    const stood = after(["AT_RISK", ...times(12, "HOLDS")]);
    expect(stood.slice(0, 11).map((standing) => standing.verdict)).toEqual(times(11, "AT_RISK"));
    expect(stood[5]!.reasons).toEqual(["80 of 90"]);
    expect(stood[11]!).toMatchObject({ verdict: "HOLDS", before: { verdict: "AT_RISK", until: at(11), reasons: ["80 of 90"] } });
    expect(verdictNote(stood[5]!, at(5), "UTC")).toMatch(
      /better since 18:01; the verdict follows once that has lasted 10 minutes/,
    );
    expect(verdictNote(stood[12]!, at(12), "UTC")).toBe("Was at risk until 18:11, because of 80 of 90.");
    expect(verdictNote(stood[12]!, at(12 + 240), "UTC")).toBeNull();
  });

  it("follows the worst of the ten minutes, not their last", () => {
    const stood = after(["WILL_NOT_HOLD", ...times(6, "AT_RISK"), ...times(16, "HOLDS")]).map((standing) => standing.verdict);
    expect(stood[11]).toBe("AT_RISK");
    expect(stood.slice(11, 21)).toEqual(times(10, "AT_RISK"));
    expect(stood[22]).toBe("HOLDS");
  });

  it("is new at once in both directions when someone changed the calendar or the server", () => {
    let crowd = "together";
    const first = after(["AT_RISK"], () => crowd)[0]!;
    crowd = "apart";
    const computed = { verdict: "HOLDS" as const, reasons: [], short: [] };
    expect(decide(first, { computed, crowd, limits: LIMITS, now: at(1) }).verdict).toBe("HOLDS");
    const more = { connections: 400, cores: 2 };
    expect(decide(first, { computed, crowd: "together", limits: more, now: at(1) }).verdict).toBe("HOLDS");
    // A limit that could not be read is no change of it.
    const unknown = decide(first, { computed, crowd: "together", limits: { connections: null, cores: 2 }, now: at(1) });
    expect([unknown.verdict, unknown.limits.connections]).toEqual(["AT_RISK", 90]);
  });

  it("is not shown for another crowd, nor when nobody decides any more", () => {
    const [standing] = after(["AT_RISK"]);
    expect(applicable(standing, "same", at(5))).toBe(standing);
    expect(applicable(standing, "other", at(5))).toBeNull();
    expect(applicable(standing, "same", at(16))).toBeNull();
  });
});

describe("a crowd", () => {
  const exam = (id: string, start: number, minutes = 60) => ({ id, start: start * 60_000, minutes, students: 10 });
  it("changes when an exam of it is moved, and not by one that is sat at another time", () => {
    const mine = exam("a", 0);
    const crowd = (others: ReturnType<typeof exam>[]) => crowdsOf([mine, ...others])(mine);
    expect(crowd([exam("b", 30)])).not.toBe(crowd([]));
    expect(crowd([exam("b", 30)])).not.toBe(crowd([exam("b", 40)]));
    expect(crowd([exam("b", 60)])).toBe(crowd([]));
  });
});
