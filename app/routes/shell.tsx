import { SAMPLES_KEPT_DAYS } from "~/platform/range.ts";
import { Outlet, useLoaderData, useLocation, useMatches, useRouteError } from "@remix-run/react";
import { allTenants } from "~/access/ctx.server.ts";
import { protectedLoader } from "~/access/page.server.ts";
import { ROLE_LABELS, SEES_ALL_TENANTS } from "~/access/policy.ts";
import { readCookie, rememberedRange, THEME } from "~/access/cookies.server.ts";
import { ErrorPage } from "~/ui/layout/error-page.tsx";
import { NoAnswer } from "~/ui/layout/no-answer.tsx";
import { Shell, type Crumb, type RailSection } from "~/ui/layout/shell.tsx";
import type { PageRange } from "~/ui/time/shown-range.tsx";
import { useZone } from "~/ui/time/time.tsx";
import { mayOpen, navOf } from "./nav.ts";
import { navCounts, type NavCounts } from "./nav-counts.server.ts";

export const loader = protectedLoader("self", async ({ ctx, request }) => {
  const { staff } = ctx;
  const all = SEES_ALL_TENANTS.has(staff.role);
  const tenants = (await allTenants().catch(() => [])).filter((tenant) => all || staff.college_ids.includes(tenant.id));
  const only = ctx.scope.kind === "tenants" && ctx.scope.ids.length === 1 ? ctx.scope.ids[0] : null;
  return {
    person: { name: staff.name, email: staff.email, role: ROLE_LABELS[staff.role] },
    role: staff.role,
    theme: readCookie(request, THEME) ?? "light",
    tenants,
    tenant: tenants.find((tenant) => tenant.id === only) ?? null,
    mayChooseAll: all,
    remembered: rememberedRange(request),
    now: ctx.clock.now().getTime(),
    counts: await navCounts(ctx).catch((): NavCounts => ({})),
  };
});

export type ShellData = Awaited<ReturnType<typeof loader>>;

/** `true`: a range of the collector's samples. */
type Handle = { crumbs?: (data: never) => Crumb[]; range?: true | PageRange };

const OF_SAMPLES: PageRange = { usual: "3h", keptDays: SAMPLES_KEPT_DAYS };

/** Lists and records of an area lie under several addresses; the rail shows where one is all the same. */
function useArea() {
  const { pathname } = useLocation();
  const matches = useMatches();
  const area = (matches.at(-1)?.data as { area?: string } | undefined)?.area;
  const listed = pathname.startsWith("/data/");
  return { area: listed ? area : pathname.split("/")[1], listed };
}

function useSections(role: string, counts: NavCounts): RailSection[] {
  const { area, listed } = useArea();
  return navOf(role).map((section) => ({
    title: section.title,
    items: section.items.map((item) => ({
      to: item.to,
      label: item.label,
      icon: item.icon,
      end: item.end,
      words: item.words,
      here: item.area === area && !(item.end && !listed),
      ...counts[item.to],
    })),
  }));
}

export default function ShellRoute() {
  const data = useLoaderData<typeof loader>();
  const matches = useMatches();
  const zone = useZone();
  const crumbs = matches
    .flatMap((match) => (match.handle as Handle | undefined)?.crumbs?.(match.data as never) ?? [])
    .map((crumb) => (crumb.to && !mayOpen(data.role, crumb.to) ? { label: crumb.label } : crumb));
  const asked = matches.map((match) => (match.handle as Handle | undefined)?.range).findLast(Boolean) ?? null;
  return (
    <Shell
      {...data}
      zone={zone}
      sections={useSections(data.role, data.counts)}
      crumbs={crumbs}
      range={asked === true ? OF_SAMPLES : asked}
    >
      <Outlet />
      <NoAnswer />
    </Shell>
  );
}

/** The frame itself could not be read. What fails inside of it is said inside of it. */
export function ErrorBoundary() {
  const error = useRouteError();
  const { pathname } = useLocation();
  return <ErrorPage key={pathname} error={error} bare />;
}
