import { Link, useLoaderData } from "@remix-run/react";
import { protectedLoader } from "~/access/page.server.ts";
import { listJobs } from "~/jobs/verbs.server.ts";
import { count } from "~/platform/format.ts";
import { Empty } from "~/ui/feedback/empty.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { Ago } from "~/ui/time/time.tsx";
import { JobState } from "./state.tsx";

export const handle = { crumbs: () => [{ label: "Jobs" }] };
export const meta = () => [{ title: "Jobs · Invigil" }];

export const loader = protectedLoader("jobs.read", async ({ ctx }) => ({ jobs: await listJobs({ ctx, input: {} }) }));

export default function Jobs() {
  const { jobs } = useLoaderData<typeof loader>();
  return (
    <Page title="Jobs" context="Work that continues after you leave the page: bulk actions, imports, archives.">
      <Panel flush>
        {jobs.length === 0 ? (
          <Empty title="No jobs yet">
            Select rows in a list and choose an action, or import a file. The job appears here with its progress.
          </Empty>
        ) : (
          <table className="rows">
            <thead>
              <tr>
                <th>Job</th>
                <th>State</th>
                <th className="num max-sm:hidden">Done</th>
                <th className="max-sm:hidden">Asked for</th>
              </tr>
            </thead>
            <tbody>
              {jobs.map((job) => (
                <tr key={job.id}>
                  <td>
                    <Link to={`/jobs/${job.id}`} className="font-[560] hover:underline">
                      {job.title}
                    </Link>
                  </td>
                  <td>
                    <JobState job={job} />
                  </td>
                  <td className="num max-sm:hidden">
                    {count(job.done)}
                    {job.total !== null && <span className="text-muted"> of {count(job.total)}</span>}
                  </td>
                  <td className="max-sm:hidden">
                    <Ago at={job.createdAt} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Panel>
    </Page>
  );
}
