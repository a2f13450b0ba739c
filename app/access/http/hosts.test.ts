import os from "node:os";
import { expect, it } from "vitest";
import { isOurHost } from "./hosts.server.ts";

const of = { HOST: "0.0.0.0", INVIGIL_URL: "https://invigil.example.edu", ALLOWED_HOSTS: ["app"] };

it("answers addresses, this machine's names, the console's own and those that were allowed", () => {
  for (const host of [
    "127.0.0.1:3000",
    "[::1]:3000",
    "10.1.2.3",
    "localhost:3000",
    "console.localhost",
    "invigil.example.edu",
    "INVIGIL.example.edu:443",
    "app:9187",
    os.hostname(),
    undefined,
  ])
    expect(isOurHost(host, of), host).toBe(true);
});

it("answers no name that someone else may have made lead here", () => {
  for (const host of [
    "evil.example",
    "invigil.example.edu.evil.example",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "a b",
    "",
  ])
    expect(isOurHost(host, of), host).toBe(false);
});
