import { Link, useLoaderData } from "@remix-run/react";
import { protectedLoader } from "~/access/page.server.ts";
import { observes } from "~/platform/depth.ts";
import { NotHere } from "~/platform/errors.ts";
import { Empty } from "~/ui/feedback/empty.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { find } from "./find.server.ts";

export const handle = { crumbs: () => [{ label: "Search" }] };
export const meta = () => [{ title: "Search · Invigil" }];

export const loader = protectedLoader("self", async ({ ctx, url }) => {
  if (observes()) throw new NotHere();
  const q = url.searchParams.get("q")?.trim().slice(0, 200) ?? "";
  return { q, found: await find({ ctx, input: { q, limit: 25 } }) };
});

export default function Search() {
  const { q, found } = useLoaderData<typeof loader>();
  return (
    <Page
      title={q ? `Found for “${q}”` : "Search"}
      context="People by e-mail, roll number or name, tenants, exams, payments by transaction id."
    >
      <form className="max-w-xl">
        <input
          name="q"
          type="search"
          defaultValue={q}
          aria-label="Search"
          data-page-search
          className="input"
          placeholder="An e-mail, a name, an exam…"
        />
      </form>
      <Panel flush>
        {found.length === 0 ? (
          <Empty title={q.length < 2 ? "Type at least two characters" : "Nothing found in your scope"}>
            An e-mail address, roll number or transaction ID finds exactly one record.
          </Empty>
        ) : (
          <table className="rows">
            <tbody>
              {found.map((found) => (
                <tr key={found.to}>
                  <td className="w-24 text-muted">{found.kind}</td>
                  <td>
                    <Link to={found.to} className="font-[560] hover:underline">
                      {found.label}
                    </Link>
                  </td>
                  <td className="text-muted">{found.note}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Panel>
    </Page>
  );
}
