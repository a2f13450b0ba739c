import { describe, expect, it } from "vitest";
import { mayOpen } from "./nav.ts";

describe("a link", () => {
  it.each([
    ["PROCTOR", "/database/replication", false],
    ["TENANT_MANAGER", "/database/backups", false],
    ["TENANT_MANAGER", "/database", true],
    ["TENANT_MANAGER", "/tenants/new", false],
    ["SUPER_ADMIN", "/tenants/new", true],
    ["TENANT_MANAGER", "/tenants", true],
    ["SRE", "/exams", false],
    ["SRE", "/exams/0198c0de-0000-7000-8000-000000000001/live", false],
    ["SRE", "/exams/incidents/12", true],
    ["PROCTOR", "/exams/today", false],
    ["PROCTOR", "/exams?view=past", true],
    ["SRE", "/", true],
    ["PROCTOR", "/settings/sessions", true],
  ])("of %s to %s is shown: %s", (role, to, shown) => {
    expect(mayOpen(role, to)).toBe(shown);
  });
});
