import { expect, it } from "vitest";
import { rememberedRange, rememberRange, withRememberedRange } from "./cookies.server.ts";

const at = (address: string, cookie?: string) =>
  new Request(`http://invigil${address}`, cookie ? { headers: { Cookie: cookie } } : undefined);

it("a page whose address names no range is read with the one that was looked at last", () => {
  const cookie = rememberRange(at("/database?by=query&range=7d"))!.split(";")[0]!;
  expect(rememberedRange(at("/", cookie))).toBe("range=7d");
  expect(rememberRange(at("/database?range=7d", cookie))).toBeNull();
  expect(withRememberedRange(at("/database/locks?target=standby", cookie)).search).toBe("?target=standby&range=7d");
  expect(withRememberedRange(at("/database/locks?range=1h", cookie)).search).toBe("?range=1h");
  expect(withRememberedRange(at("/database/locks")).search).toBe("");
  expect(withRememberedRange(at("/data/user/new", cookie)).search).toBe("");
});

it("nothing is remembered of an address without a range, and nothing is believed of a cookie that someone wrote", () => {
  expect(rememberRange(at("/people?q=ana"))).toBeNull();
  expect(rememberedRange(at("/", "invigil_range=q%3Dx%26range%3D9y"))).toBe("");
});
