import { afterEach, expect, it, vi } from "vitest";
import { Exporter } from "./exporter.server.ts";

// Breaks when figures that are no longer made are served as if they were of now.
afterEach(() => vi.useRealTimers());

it("a text that could not be made for a minute is not served, and comes back with the cause gone", async () => {
  let broken = false;
  const exporter = new Exporter(
    { sampler: null, alerts: null },
    () => {
      if (broken) throw new Error("a family can't be written");
      return true;
    },
    () => [],
  );
  const first = await exporter.latest();
  broken = true;
  await expect(exporter.refresh()).rejects.toThrow("a family");
  expect(await exporter.latest()).toBe(first);
  vi.useFakeTimers({ toFake: ["Date"], now: first.at + 61_000 });
  await expect(exporter.latest()).rejects.toThrow("a family");
  broken = false;
  expect((await exporter.latest()).at).toBe(first.at + 61_000);
});
