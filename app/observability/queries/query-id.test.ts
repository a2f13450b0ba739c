import { expect, it } from "vitest";
import { queryIdInput } from "./query-id.ts";

it("takes what the database can compare with, and nothing else", () => {
  const taken = (text: string) => queryIdInput.safeParse(text).success;
  expect(["0", "-1", "9223372036854775807", "-9223372036854775808"].map(taken)).toEqual([true, true, true, true]);
  expect(["9223372036854775808", "99999999999999999999", "x", "", "1e3", "--1"].some(taken)).toBe(false);
});
