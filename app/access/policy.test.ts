import { describe, expect, it } from "vitest";
import { may, policy, reach, type Permission } from "./policy.ts";

// The contract's table, written down a second time: a slip in one of the two is noticed.
const ROLES = ["SUPER_ADMIN", "TENANT_MANAGER", "PROCTOR", "SRE", "AUDITOR"] as const;
const TABLE: Record<string, string> = {
  // permission: super, manager, proctor, sre, auditor (– none, a all, s assigned, o own, l load)
  "tenants.read": "a s – – a",
  "tenants.manage": "a – – – –",
  "tenants.edit": "a s – – –",
  "staff.read": "a – – – a",
  "staff.manage": "a – – – –",
  "access.sign": "– – – – a",
  "apikeys.read": "a s – – a",
  "apikeys.manage": "a s – – –",
  "platform.read": "a s – – a",
  "platform.manage": "a s – – –",
  "exams.read": "a s s – a",
  "exams.author": "a s – – –",
  "exams.live": "a s s – a",
  "exams.operate": "a s s – –",
  "integrity.read": "a s s – a",
  "integrity.review": "a – s – –",
  "appeals.read": "a s s – a",
  "appeals.file": "a s – – –",
  "appeals.decide": "a – s – –",
  "database.read": "a – – a a",
  "database.load": "a l – a a",
  "database.act": "a – – a –",
  "audit.read": "a s o o a",
  "audit.verify": "a – – – a",
  "readiness.read": "a s s a a",
  "jobs.read": "a o o o o",
  self: "o o o o o",
};
const WORDS: Record<string, string | null> = { "–": null, a: "all", s: "assigned", o: "own", l: "load" };

describe("the policy", () => {
  it.each(Object.entries(TABLE))("%s", (permission, row) => {
    expect(ROLES.map((role) => reach(role, permission as Permission))).toEqual(row.split(" ").map((word) => WORDS[word]));
  });

  it("has no permission that this table does not know", () => {
    expect(Object.keys(policy).sort()).toEqual(Object.keys(TABLE).sort());
  });

  it("gives nothing to nobody", () => {
    expect(may("ANONYMOUS", "self")).toBe(false);
  });

  it("gives machine clients the audit log and nothing else", () => {
    expect(Object.keys(policy).filter((permission) => may("API_KEY", permission as Permission))).toEqual([
      "audit.read",
      "audit.verify",
    ]);
  });
});
