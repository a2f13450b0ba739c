import { expect, it } from "vitest";
import { ownPath } from "./own-path.ts";

it("a path of the console is kept, with its query and fragment", () => {
  for (const path of ["/", "/exams/1/live?q=a%20b#seat", "/settings/security?enroll=required", "/people?name=%2F%2Fx"])
    expect(ownPath(path)).toBe(path);
});

it("whatever a browser would read as another origin leads home", () => {
  const elsewhere = [
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r/evil.example",
    "/\t\\evil.example",
    "\t//evil.example",
    "/.//evil.example",
    "/a/..//evil.example",
    "/./\\evil.example",
    "/%2e//evil.example",
    "https://evil.example",
    "javascript:alert(1)",
    "evil.example",
    "",
    null,
  ];
  for (const to of elsewhere) {
    expect(ownPath(to), JSON.stringify(to)).toBe("/");
  }
});
