import { describe, expect, it } from "vitest";
import { ROLE_NAMES } from "../../app/access/policy.ts";
import { sourcesIn } from "./sources.ts";

const NAME = `["'](?:${ROLE_NAMES.join("|")})["']`;
const COMPARED = new RegExp(
  `(?:[!=]==?\\s*${NAME}|${NAME}\\s*[!=]==?|case ${NAME}|\\brole (?:=|<>|in) *\\(?${NAME}|\\[\\s*${NAME})`,
);

const compares = (text: string) => text.split("\n").filter((line) => COMPARED.test(line));

describe("a role", () => {
  it("is compared by its name in access/policy.ts alone: elsewhere by what it may, and by its facts", () => {
    const found = sourcesIn("app", "prisma/seed")
      .filter(({ file }) => file !== "app/access/policy.ts")
      .flatMap(({ file, text }) => compares(text).map((line) => `${file}: ${line.trim()}`));
    expect(found).toEqual([]);
  });

  it.each([
    'if (ctx.actor.role === "SUPER_ADMIN") return;',
    'if ("SRE" !== role) return;',
    "where s.role = 'TENANT_MANAGER' and s.is_active",
    "where role in ('PROCTOR', 'SRE')",
    'role: z.enum(["SUPER_ADMIN", "PROCTOR"]),',
  ])("is noticed where it is compared: %s", (line) => {
    expect(compares(line)).toEqual([line]);
  });
});
