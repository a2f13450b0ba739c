import { Link, useLoaderData } from "@remix-run/react";
import "~/domains/resources.ts";
import { protectedLoader } from "~/access/page.server.ts";
import { listImports } from "~/resources/import.server.ts";
import { allResources } from "~/resources/registry.ts";
import { importable } from "~/resources/import.server.ts";
import { count } from "~/platform/format.ts";
import { Badge, type Tone } from "~/ui/feedback/badge.tsx";
import { Empty } from "~/ui/feedback/empty.tsx";
import { LinkButton } from "~/ui/form/link-button.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { Ago } from "~/ui/time/time.tsx";

export const handle = { crumbs: () => [{ label: "Imports" }] };
export const meta = () => [{ title: "Imports · Invigil" }];

const STATES: Record<string, [Tone, string]> = {
  UPLOADED: ["neutral", "Brought"],
  CHECKED: ["accent", "Checked"],
  IMPORTED: ["ok", "Imported"],
  FAILED: ["bad", "Has errors"],
};

export const loader = protectedLoader("platform.manage", async ({ ctx }) => ({
  imports: await listImports({ ctx, input: {} }),
  kinds: allResources()
    .filter((resource) => importable(resource, ctx.actor.role))
    .map((resource) => ({ name: resource.name, many: resource.many })),
}));

export default function Imports() {
  const { imports, kinds } = useLoaderData<typeof loader>();
  return (
    <Page title="Imports" context="Every line of a CSV file is checked first. Nothing is written unless every line is valid.">
      <Panel title="Import a file of">
        <p className="flex flex-wrap gap-2">
          {kinds.map((kind) => (
            <LinkButton key={kind.name} to={`/imports/new?resource=${kind.name}`}>
              {kind.many}
            </LinkButton>
          ))}
        </p>
      </Panel>
      <Panel title="Yours" flush>
        {imports.length === 0 ? (
          <Empty title="No imports yet">Choose above what the file contains. The first line names the columns.</Empty>
        ) : (
          <table className="rows">
            <thead>
              <tr>
                <th>File</th>
                <th>State</th>
                <th className="num">Rows</th>
                <th className="max-sm:hidden">Brought</th>
              </tr>
            </thead>
            <tbody>
              {imports.map((one) => {
                const [tone, label] = STATES[one.state] ?? ["neutral", one.state];
                return (
                  <tr key={one.id}>
                    <td>
                      <Link to={`/imports/${one.id}`} className="font-[560] hover:underline">
                        {one.fileName}
                      </Link>{" "}
                      <span className="text-muted">{one.resource.replaceAll("_", " ")}</span>
                    </td>
                    <td>
                      <Badge tone={tone}>{label}</Badge>
                    </td>
                    <td className="num">{count(one.lineCount)}</td>
                    <td className="max-sm:hidden">
                      <Ago at={one.createdAt} />
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        )}
      </Panel>
    </Page>
  );
}
