import { describe, expect, it } from "vitest";
import { assessRisk, judgeLogin } from "./risk.server.ts";
import type { Act } from "./record.server.ts";

// Breaks when an act that a rule is about passes it by, because it goes by another name or on another way.
const rules = (act: Partial<Act> & { action: string }) =>
  assessRisk({}, { resource: "x", ...act }).reasons.map(({ rule, points, says }) => `${rule} ${points}: ${says}`);

describe("failed logins before", () => {
  it("count where the password was right, with a second factor still to come or not", () => {
    for (const action of ["session.login", "session.password_accepted"]) {
      expect(rules({ action, details: { failedBefore: 3 } }), action).toEqual(["failed-logins 25: After 3 failed logins"]);
      expect(rules({ action, details: { failedBefore: 2 } }), action).toEqual([]);
    }
  });
  it("count themselves from the third on", () => {
    expect(rules({ action: "session.login_failed", details: { failures: 3 } })).toEqual([
      "failed-logins 20: Failed login number 3 in a row",
    ]);
    expect(rules({ action: "session.login_failed", details: { failures: 2 } })).toEqual([]);
  });
});

describe("an export", () => {
  it("stands out by how much it takes, of records or of this log", () => {
    expect(rules({ action: "user.export", details: { rows: 499 } })).toEqual([]);
    expect(rules({ action: "audit.export", details: { rows: 500 } })).toEqual(["bulk-export 20: Exports 500 rows"]);
    expect(rules({ action: "audit.export", details: { rows: 12_000 } })).toEqual(["bulk-export 35: Exports 12,000 rows"]);
  });
});

describe("a change of rights", () => {
  const given = ["privilege-change 25: Changes permissions"];
  it("is a new account, another role, another way in, a key, a tenant more and an account let in again", () => {
    for (const action of [
      "staff.create",
      "staff.change_role",
      "staff.reset_mfa",
      "staff.reset_password",
      "api_key.create",
      "api_key.rotate",
    ])
      expect(rules({ action }), action).toEqual(given);
    const update = (before: object, after: object) =>
      rules({ action: "staff.update", before: { ...before }, after: { ...after } });
    expect(update({ colleges: ["a"] }, { colleges: ["a", "b"] })).toEqual(given);
    expect(update({ colleges: [], active: false }, { colleges: [], active: true })).toEqual(given);
    expect(update({ colleges: ["a", "b"], active: true }, { colleges: ["a"], active: false })).toEqual([]);
  });
});

describe("a login", () => {
  it("is compared with habits only where there are some, and the sentences are true", () => {
    const says = (habits: Parameters<typeof judgeLogin>[0]) => judgeLogin(habits, "203.0.113.7", 3).map((reason) => reason.says);
    expect(says({ logins: 2, fromThisNetwork: 0, aroundThisHour: 0 })).toEqual([]);
    expect(says({ logins: 3, fromThisNetwork: 0, aroundThisHour: 0 })).toEqual(["From 203.0.113.7, for the first time"]);
    expect(says({ logins: 60, fromThisNetwork: 1, aroundThisHour: 1 })).toEqual([
      "Logged in around 03:00 UTC, an unusual hour for this person",
    ]);
  });
  it("that is unusual counts for all that is done in its session, to a hundred and no more", () => {
    const session = { risk: [{ rule: "new-address", points: 80, says: "From far away" }] };
    expect(assessRisk({ session: session as never }, { action: "staff.create", resource: "staff" })).toMatchObject({
      score: 100,
    });
  });
});
