import { useLoaderData } from "@remix-run/react";
import "~/domains/resources.ts";
import { allTenants } from "~/access/ctx.server.ts";
import { protectedAction, protectedLoader } from "~/access/page.server.ts";
import { writableBy } from "~/resources/define.ts";
import { getImport, runImport } from "~/resources/import.server.ts";
import { resourceNamed } from "~/resources/registry.ts";
import { undoOffer } from "~/resources/undo/undo.server.ts";
import { count, plural } from "~/platform/format.ts";
import { Notice, Progress } from "~/ui/feedback/empty.tsx";
import { LinkButton } from "~/ui/form/link-button.tsx";
import { Form, Select, Submit } from "~/ui/form/form.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Panel, WithAside } from "~/ui/layout/panel.tsx";
import { useLive } from "~/ui/live.ts";
import { Sample } from "./sample.tsx";

type Shown = { found: { fileName: string } };

export const handle = {
  crumbs: (data: Shown | undefined) => [{ label: "Imports", to: "/imports" }, { label: data?.found.fileName ?? "" }],
};

export const loader = protectedLoader("platform.manage", async ({ ctx, params, seen }) => {
  const { job, ...found } = await getImport({ ctx, input: { id: params["id"] ?? "" } });
  if (job?.finishedAt) await seen();
  const resource = resourceNamed(found.resource);
  const tenants = await allTenants();
  return {
    found,
    many: resource.many,
    tenant: tenants.find((tenant) => tenant.id === found.collegeId)?.name ?? "",
    fields: writableBy(resource, ctx.actor.role).map((field) => ({
      key: field.key,
      label: field.label,
      required: field.required,
    })),
    job,
    undo: job && (await undoOffer({ ctx, input: { jobId: job.id } })),
  };
});

export const action = protectedAction("platform.manage", async ({ ctx, form, params }) => {
  const mapping = Object.fromEntries(
    Object.entries(form.values())
      .filter(([key]) => key.startsWith("map."))
      .map(([key, value]) => [key.slice(4), value]),
  );
  const intent = form.intent("check", "import", "import-right");
  return runImport({
    ctx,
    input: { id: params["id"] ?? "", mapping, dry: intent === "check", skipFaulty: intent === "import-right" },
  });
});

type Outcome = { errors?: { line: number; field: string; message: string }[] } & Record<string, unknown>;

export default function OneImport() {
  const { found, fields, many, tenant, job, undo } = useLoaderData<typeof loader>();
  const going = job !== null && (job.state === "QUEUED" || job.state === "RUNNING");
  useLive(going, 700, null);
  const done = found.state === "IMPORTED";
  const outcome = job?.result as Outcome | null;
  const imported = found.importedRows ?? found.lineCount;
  const faulty = Number(outcome?.["lines with errors"] ?? 0);
  // A check that found right lines beside faulty ones: those may go in without the others.
  const right = found.state === "FAILED" ? Number(outcome?.["would be imported"] ?? 0) : 0;
  return (
    <Page
      title={done ? `${plural(imported, "row")} imported.` : `${found.fileName}: ${plural(found.lineCount, "row")}`}
      context={`${many} of ${tenant}`}
    >
      {job && (
        <Panel title={job.title}>
          <div className="flex flex-col gap-2">
            {going && <Progress done={job.done} total={job.total} label={job.title} />}
            {job.error && <Notice tone="bad" title={job.error} />}
            {job.state === "DONE" && found.state === "FAILED" && (
              <Notice tone="bad" title={`${plural(faulty, "line has", "lines have")} errors. Nothing was written.`} />
            )}
            {job.state === "DONE" && found.state === "CHECKED" && (
              <Notice
                tone="ok"
                title={`Every line is valid: ${count(Number(outcome?.["would be imported"] ?? 0))} rows would be imported.`}
              />
            )}
            {job.state === "DONE" && done && (
              <Notice
                tone={faulty > 0 ? "warn" : "ok"}
                title={
                  faulty > 0
                    ? `${plural(imported, "row")} imported, ${plural(faulty, "line")} skipped. Correct failed-rows.csv and import that.`
                    : `${plural(imported, "row")} imported.`
                }
              />
            )}
            <p className="flex gap-4">
              {job.files.map((file) => (
                <a key={file.id} href={`/jobs/${job.id}/file?file=${file.id}`} className="link" download>
                  {file.name}
                </a>
              ))}
            </p>
            {outcome?.errors && outcome.errors.length > 0 && (
              <div className="max-h-80 overflow-auto" tabIndex={0} role="region" aria-label="Errors by line">
                <table className="rows">
                  <thead>
                    <tr>
                      <th className="num">Line</th>
                      <th>Field</th>
                      <th>What is wrong</th>
                    </tr>
                  </thead>
                  <tbody>
                    {outcome.errors.map((error, index) => (
                      <tr key={`${error.line}${error.field}${index}`}>
                        <td className="num">{error.line}</td>
                        <td>{error.field}</td>
                        <td>{error.message}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            )}
          </div>
        </Panel>
      )}
      {!done && (
        <WithAside aside={<Sample header={found.header} sample={found.sample} />}>
          <Panel title="Map columns">
            {/* As the server keeps it: what was chosen before a check stays chosen after it. */}
            <Form key={JSON.stringify(found.mapping)}>
              <div className="grid gap-3 sm:grid-cols-2">
                {fields.map((field) => (
                  <Select
                    key={field.key}
                    label={field.required ? `${field.label} (required)` : field.label}
                    name={`map.${field.key}`}
                    defaultValue={found.mapping[field.key] ?? ""}
                    options={[
                      { value: "", label: "Not in the file" },
                      ...found.header.map((name) => ({ value: name, label: name })),
                    ]}
                  />
                ))}
              </div>
              <div className="flex flex-wrap gap-2">
                <Submit name="intent" value="check" tone={found.state === "CHECKED" ? "plain" : "primary"} disabled={going}>
                  Check only
                </Submit>
                <Submit name="intent" value="import" tone={found.state === "CHECKED" ? "primary" : "plain"} disabled={going}>
                  Import
                </Submit>
                {right > 0 && (
                  <Submit name="intent" value="import-right" tone="plain" disabled={going}>
                    Import {count(right)}, skip {count(faulty)}
                  </Submit>
                )}
              </div>
            </Form>
          </Panel>
        </WithAside>
      )}
      {done && (
        <p className="flex flex-wrap gap-2">
          <LinkButton to={`/data/${found.resource}`}>View in list</LinkButton>
          {job && (
            <LinkButton to={`/jobs/${job.id}`}>{undo?.job ? "View the undo" : undo?.may ? "Undo import" : "View job"}</LinkButton>
          )}
          {found.resource === "user" && (
            <>
              <LinkButton to={`/data/class/new?collegeId=${found.collegeId}`}>Create a class for them</LinkButton>
              <LinkButton to={`/imports/new?resource=enrollment&collegeId=${found.collegeId}`}>
                Import their enrollments
              </LinkButton>
            </>
          )}
        </p>
      )}
    </Page>
  );
}
