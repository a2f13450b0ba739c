import { describe, expect, it } from "vitest";
import "~/domains/resources.ts";
import { allResources, knows } from "~/resources/registry.ts";
import routes from "../routes.ts";
import { AREAS } from "./areas.ts";
import { areaTabs, NAV } from "./nav.ts";

const paths = new Set<string>();
const walk = (entries: Awaited<typeof routes>) => {
  for (const { path, children } of entries) {
    if (path) paths.add(`/${path}`);
    walk(children ?? []);
  }
};
walk(await routes);

describe("an area", () => {
  it("is defined for every resource that names one", () => {
    expect(
      allResources()
        .filter((resource) => !(resource.area in AREAS))
        .map(({ name }) => name),
    ).toEqual([]);
  });

  it.each(Object.entries(AREAS))("%s has its entry in the navigation, and only lists and addresses that exist", (name, area) => {
    expect(NAV.flatMap((section) => section.items).filter((item) => item.area === name)).toHaveLength(1);
    for (const { resource, to, also } of area.lists) {
      if (resource) expect(knows(resource), resource).toBe(true);
      if (to) expect(paths).toContain(to);
      if (also) expect(paths).toContain(also);
    }
    expect(paths).toContain(area.to);
    expect(paths).toContain(`/${name}`);
  });

  it("shows its lists as tabs to whoever may open it", () => {
    expect(areaTabs("enrollments", "AUDITOR")?.map((tab) => tab.to)).toEqual([
      "/enrollments",
      "/enrollments/registrations",
      "/enrollments/payments",
      "/data/invoice",
      "/data/transaction",
      "/enrollments/revenue",
    ]);
    expect(areaTabs("enrollments", "SRE")).toBeUndefined();
    expect(areaTabs("tenants", "SUPER_ADMIN")).toBeUndefined();
  });
});
