import { expect, it } from "vitest";
import { sourcesIn } from "./sources.ts";

/** Where there is nothing but a sentence to go by: what the driver, the system or another program says has no code. */
const ONLY_WORDS = [
  "app/access/database-unavailable.server.ts",
  "app/cli/start.ts",
  "app/db/doctor.server.ts",
  "app/db/retry.ts",
  "app/observability/backups/disk-full.ts",
];

const BY_A_SENTENCE =
  /\b(?:message|reason|says)\??\.(?:includes|startsWith|endsWith|match|search)\(|\.(?:test|exec)\((?:[\w.()]*\.)?(?:message|reason)\b|\.test\(messageOf\(/;

it("what the program does never depends on a sentence that a person reads", () => {
  const found = sourcesIn("app")
    .filter(({ file, text }) => BY_A_SENTENCE.test(text) && !ONLY_WORDS.includes(file))
    .map(({ file }) => file);
  expect(found).toEqual([]);
});

it("files that may go by a sentence still do", () => {
  const texts = new Map(sourcesIn("app").map(({ file, text }) => [file, text]));
  expect(
    ONLY_WORDS.filter((file) => !BY_A_SENTENCE.test(texts.get(file) ?? "") && !/IN_WORDS|NOT_READY/.test(texts.get(file) ?? "")),
  ).toEqual([]);
});
