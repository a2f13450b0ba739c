import { describe, expect, it } from "vitest";
import { isPublic, safeAddress } from "./safe-url.server.ts";

// Breaks when a webhook can be pointed at this machine, our network or a cloud's metadata.
describe("a webhook's address", () => {
  it.each([
    "127.0.0.1",
    "10.1.2.3",
    "172.31.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "0.0.0.0",
    "100.64.0.1",
    "::1",
    "::",
    "fe80::1",
    "fd00::1",
    "::ffff:127.0.0.1",
    "::ffff:7f00:1",
    "64:ff9b::a00:1",
    "2002:7f00:1::",
    "::127.0.0.1",
    "::7f00:1",
    "::2",
    "0:0:0:0:0:ffff:7f00:1",
    "::ffff:0:7f00:1",
    "fec0::1",
    "3fff::1",
    "5f00::1",
    "not an address",
  ])("is refused: %s", (address) => {
    expect(isPublic(address)).toBe(false);
  });
  it.each(["1.1.1.1", "93.184.216.34", "2606:4700::1111"])("is taken: %s", (address) => {
    expect(isPublic(address)).toBe(true);
  });
  it("is refused when one of a name's addresses is private", async () => {
    await expect(safeAddress("https://hook.example/x", async () => ["1.1.1.1", "10.0.0.1"])).rejects.toThrow(/private/);
  });
  it.each([
    "ftp://x.example",
    "https://u:p@x.example",
    "https://x.example:5432",
    "http://2130706433/",
    "http://0x7f.1/",
    "http://[::ffff:a00:1]/",
    "http://[::127.0.0.1]/",
    "http://[::2]/",
  ])("is refused: %s", async (url) => {
    await expect(safeAddress(url, async () => ["1.1.1.1"])).rejects.toThrow();
  });
  it("is pinned to what was checked", async () => {
    expect((await safeAddress("https://hook.example/x", async () => ["1.1.1.1"])).address).toBe("1.1.1.1");
  });
});
