import { expect, it } from "vitest";
import { subscriberOf } from "./network.ts";

it("one IPv4 address is one subscriber, also where it is mapped into IPv6", () => {
  expect(subscriberOf("192.0.2.7")).toBe("192.0.2.7");
  expect(subscriberOf("::ffff:192.0.2.7")).toBe("192.0.2.7");
  expect(subscriberOf(undefined)).toBe("unknown");
});

it("all addresses of an IPv6 subscriber's /64 count as one, however they are written", () => {
  for (const address of ["2001:db8:0:1::5", "2001:0db8:0000:0001:ffff::9", "2001:db8::1:0:0:0:7%eth0"])
    expect(subscriberOf(address)).toBe("2001:db8:0:1::/64");
  expect(subscriberOf("2001:db8:0:2::5")).toBe("2001:db8:0:2::/64");
  expect(subscriberOf("::1")).toBe("0:0:0:0::/64");
});
