import { Outlet, useLoaderData } from "@remix-run/react";
import { protectedLoader } from "~/access/page.server.ts";
import { targetStates } from "~/observability/current.server.ts";
import { targetLabel } from "~/observability/target.ts";
import { observes } from "~/platform/depth.ts";
import { Notice } from "~/ui/feedback/empty.tsx";
import { Clock } from "~/ui/time/time.tsx";

export const loader = protectedLoader("database.load", async () => {
  const states = await targetStates();
  return {
    away: states
      .filter((state) => state.reachable === false)
      .map(({ name, kind, since, error }) => ({ name, kind, since, error })),
  };
});

/** Around every page of the database: a server that does not answer is said before anything that is known of it. */
export default function DatabaseLayout() {
  const { away } = useLoaderData<typeof loader>();
  return (
    <>
      {away.length > 0 && (
        <div className="mx-auto flex w-full max-w-[1560px] flex-col gap-2 px-4 pt-5 md:px-6">
          {away.map((one) => (
            <Notice key={one.name} tone="bad" title={`${targetLabel(one.name)} does not answer.`}>
              {one.since && (
                <>
                  Since <Clock at={one.since} withSeconds />:{" "}
                </>
              )}
              <span className="mono">{one.error}</span>.{" "}
              {one.kind === "primary"
                ? observes()
                  ? "What it said before is still shown. Standbys are still sampled, and alerts and incidents are recorded as usual."
                  : "Stored data is read from a standby; what only the primary can tell is not available. Standbys are still sampled, and samples are stored once the primary is back."
                : "Its data is not available. The primary is monitored as before."}
            </Notice>
          ))}
        </div>
      )}
      <Outlet />
    </>
  );
}
