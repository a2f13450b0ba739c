import { Link, useLoaderData } from "@remix-run/react";
import "~/domains/resources.ts";
import { protectedLoader } from "~/access/page.server.ts";
import { proveEntry } from "~/access/log/proofs.server.ts";
import { getEntry } from "~/access/log/search.server.ts";
import { recordAlone } from "~/audit/record.server.ts";
import { count } from "~/platform/format.ts";
import { saidOf } from "~/resources/log-sentences.server.ts";
import { Badge } from "~/ui/feedback/badge.tsx";
import { CopyButton, ShortId } from "~/ui/feedback/copy.tsx";
import { Notice } from "~/ui/feedback/empty.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Panel, WithAside } from "~/ui/layout/panel.tsx";
import { Ago, Clock } from "~/ui/time/time.tsx";

export const handle = {
  crumbs: (data: { title: string } | undefined) => [{ label: "Audit", to: "/audit" }, { label: data?.title ?? "" }],
};
export const meta = ({ data }: { data?: { title: string } }) => [{ title: `${data?.title ?? "Entry"} · Invigil` }];

export const loader = protectedLoader("audit.read", async ({ ctx, params }) => {
  const entry = await getEntry({ ctx, input: { id: params["id"] ?? "" } });
  await recordAlone(ctx, { action: "audit.read", resource: "audit", resourceId: entry.id });
  const late = ctx.clock.now().getTime() - entry.at.getTime() > LATE_MS;
  const [said] = await saidOf({ ctx, input: { entries: [entry] } });
  const title = `${said!.who} ${said!.did}`;
  return {
    entry,
    said: said!,
    title,
    late,
    proof: entry.index === null ? null : await proveEntry({ ctx, input: { id: entry.id, at: entry.at } }),
  };
});

const LATE_MS = 60_000;

const shown = (value: unknown) =>
  value === null || value === undefined || value === "" ? "empty" : typeof value === "string" ? value : JSON.stringify(value);

export default function EntryPage() {
  const { entry, said, title, proof, late } = useLoaderData<typeof loader>();
  return (
    <Page
      title={`${title}.`}
      badge={
        entry.risk > 0 ? (
          <Badge tone={entry.risk >= 60 ? "bad" : entry.risk >= 40 ? "warn" : "neutral"}>Risk {entry.risk}</Badge>
        ) : undefined
      }
      context={
        <>
          <Clock at={entry.at} withDay withSeconds /> · <Ago at={entry.at} /> {entry.address && `· from ${entry.address}`}
        </>
      }
    >
      <WithAside
        aside={
          <>
            <Panel title="Risk">
              {entry.reasons.length === 0 ? (
                <p className="text-muted">
                  {entry.risk === 0
                    ? "Nothing about this action is unusual."
                    : entry.erased
                      ? "Its reasons were erased with its content."
                      : "Its reasons can't be read."}
                </p>
              ) : (
                <ul className="flex flex-col gap-1.5">
                  {entry.reasons.map((reason) => (
                    <li key={reason.rule} className="flex justify-between gap-3">
                      {reason.says} <span className="mono">{reason.points}</span>
                    </li>
                  ))}
                </ul>
              )}
            </Panel>
            <Panel title="Proof">
              {proof ? (
                <div className="flex flex-col gap-1.5">
                  <p>
                    Entry <span className="mono">{count(proof.index)}</span> of a log of{" "}
                    <span className="mono">{count(proof.size)}</span>.{" "}
                    {proof.holds && proof.contentHolds ? (
                      <Badge tone="ok">Matches the signed log</Badge>
                    ) : (
                      <Badge tone="bad">Does not match the signed log</Badge>
                    )}
                  </p>
                  {!proof.holds && <p>This entry differs from the one under the signed head, or the tree was changed.</p>}
                  {!proof.contentHolds && <p>Its content differs from what the entry commits to.</p>}
                  {proof.proof.length > 0 && (
                    <p className="text-muted">
                      Its path to the root has {proof.proof.length} hashes.{" "}
                      <CopyButton
                        text={JSON.stringify({ index: proof.index, size: proof.size, leaf: proof.leaf, proof: proof.proof })}
                        label="Copy the proof"
                      />
                    </p>
                  )}
                </div>
              ) : (
                <p className={late ? "text-warn" : "text-muted"}>
                  {late
                    ? "Waiting for the sequencer, which is behind. Until then nothing proves this entry."
                    : "Waiting for the sequencer. Its position is fixed within a second."}
                </p>
              )}
            </Panel>
          </>
        }
      >
        <Panel title="What happened">
          <dl className="grid gap-x-6 gap-y-2.5 sm:grid-cols-2 lg:grid-cols-3">
            <Fact label="Actor">
              {entry.actor} {entry.email && <span className="text-muted">{entry.email}</span>}
            </Fact>
            <Fact label="On">
              {said.target ?? said.noun} {entry.resource_id && <ShortId id={entry.resource_id} />}
            </Fact>
            <Fact label="Action">
              <span className="mono">{entry.action}</span>
            </Fact>
            <Fact label="Reason">{entry.reason ?? "–"}</Fact>
            <Fact label="Session">
              {entry.session_id ? (
                <Link className="link mono" to={`/audit?q=session:${entry.session_id}&range=30d`}>
                  everything in it
                </Link>
              ) : (
                "–"
              )}
            </Fact>
            <Fact label="Request">
              <Link className="link mono" to={`/audit?q=request:${entry.request_id}&range=30d`}>
                {entry.request_id.slice(-12)}
              </Link>
            </Fact>
            <Fact label="This record">
              {entry.resource_id ? (
                <Link className="link" to={`/audit?q=resource:${entry.resource} id:${entry.resource_id}&range=30d`}>
                  its history
                </Link>
              ) : (
                "–"
              )}
            </Fact>
            <Fact label="Browser">{entry.userAgent ?? "–"}</Fact>
          </dl>
          {entry.unreadable && (
            <div className="mt-3">
              <Notice tone="bad" title="The content of this entry was changed">
                It differs from what was recorded and can&apos;t be read. A verification names it.
              </Notice>
            </div>
          )}
          {entry.erased && (
            <p className="mt-3 text-muted">
              The personal content of this entry was erased. The entry itself and its position in the log remain.
            </p>
          )}
        </Panel>
        {entry.diff && Object.keys(entry.diff).length > 0 && (
          <Panel title="Changes" flush>
            <table className="rows">
              <thead>
                <tr>
                  <th>Field</th>
                  <th>Before</th>
                  <th>After</th>
                </tr>
              </thead>
              <tbody>
                {Object.entries(entry.diff).map(([field, [before, after]]) => (
                  <tr key={field}>
                    <td className="mono">{field}</td>
                    <td className="break-words text-muted">{shown(before)}</td>
                    <td className="break-words">{shown(after)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Panel>
        )}
        {entry.details && (
          <Panel title="Details">
            <pre className="whitespace-pre-wrap break-words" tabIndex={0}>
              {JSON.stringify(entry.details, null, 2)}
            </pre>
          </Panel>
        )}
      </WithAside>
    </Page>
  );
}

function Fact({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-[12px] text-muted">{label}</dt>
      <dd className="break-words">{children}</dd>
    </div>
  );
}
