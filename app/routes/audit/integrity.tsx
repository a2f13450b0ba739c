import { useLoaderData } from "@remix-run/react";
import { protectedAction, protectedLoader, redirect } from "~/access/page.server.ts";
import { head } from "~/access/log/proofs.server.ts";
import { askVerification } from "~/jobs/verify-log.server.ts";
import { count, plural, seconds } from "~/platform/format.ts";
import { Badge } from "~/ui/feedback/badge.tsx";
import { CopyButton } from "~/ui/feedback/copy.tsx";
import { Notice } from "~/ui/feedback/empty.tsx";
import { Form, Submit } from "~/ui/form/form.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Figure, Figures, Panel } from "~/ui/layout/panel.tsx";
import { Ago } from "~/ui/time/time.tsx";
import { auditTabs } from "./tabs.ts";

export const handle = { crumbs: () => [{ label: "Audit", to: "/audit" }, { label: "Proof" }] };
export const meta = () => [{ title: "Proof of the audit log · Invigil" }];

export const loader = protectedLoader("audit.verify", async ({ ctx }) => {
  const now = await head({ ctx, input: {} });
  const late = now.pending.n > 0 && now.pending.oldest && ctx.clock.now().getTime() - now.pending.oldest.getTime() > 60_000;
  return { ...now, late: Boolean(late), role: ctx.actor.role };
});

export const action = protectedAction("audit.verify", async ({ ctx }) => {
  const { jobId } = await askVerification({ ctx, input: {} });
  return redirect(`/jobs/${jobId}`);
});

export default function Integrity() {
  const { checkpoint, root, signed, fingerprint, verifierKey, pending, verification, late, ahead, epochs, role } =
    useLoaderData<typeof loader>();
  const good = verification?.ok ?? null;
  return (
    <Page
      title={
        good === null
          ? "The log has not been verified yet."
          : good
            ? `Nothing was changed${verification!.anchors === 0 ? "" : " or cut"}, up to entry ${count(verification!.size)}.`
            : "The log was changed."
      }
      badge={
        good === null ? <Badge>Not verified</Badge> : good ? <Badge tone="ok">Proven</Badge> : <Badge tone="bad">Broken</Badge>
      }
      context="Every entry is a leaf of a signed tree, and every signed head is anchored in a file outside of the database. A verification recomputes all of it from the entries."
      tabs={auditTabs(role)}
      actions={
        <Form className="">
          <Submit busy="Starting…">Verify now</Submit>
        </Form>
      }
    >
      {verification && !verification.ok && (
        <Notice tone="bad" title={`${plural(verification.findings.length, "problem")} at the last verification`}>
          <ul className="list-disc pl-5">
            {verification.findings.map((finding, index) => (
              <li key={`${finding.says}${index}`}>
                {finding.index !== null && <span className="mono">entry {finding.index}: </span>}
                {finding.says}
              </li>
            ))}
          </ul>
        </Notice>
      )}
      {good && verification!.anchors === 0 && (
        <Notice tone="warn" title="Truncation not checked">
          The last verification ran on a machine without an anchored head. Run it where the collector keeps its anchor.
        </Notice>
      )}
      {late && ahead === null && (
        <Notice tone="warn" title={`${plural(pending.n, "entry waits", "entries wait")} for the sequencer`}>
          The oldest since <Ago at={pending.oldest!} />: the sequencer is not running. Waiting entries are not proven yet, and
          none is lost.
        </Notice>
      )}
      {ahead !== null && (
        <Notice tone="bad" title={`The anchor knows ${count(ahead)} entries, the log has ${count(checkpoint?.size ?? 0)}`}>
          The log was truncated, or an older state was restored. Sequencing is paused, and no waiting entry is lost. If the
          restore was intended, declare it: <code className="text-ink">npx invigil audit epoch --by NAME --reason WHY</code>
        </Notice>
      )}
      <Figures>
        <Figure
          label="Sequenced"
          value={checkpoint ? count(checkpoint.size) : "0"}
          unit="entries"
          note={
            checkpoint ? (
              <>
                head signed <Ago at={checkpoint.at} />
              </>
            ) : (
              "nothing yet"
            )
          }
        />
        <Figure label="Waiting" value={count(pending.n)} tone={late ? "warn" : undefined} note="for the sequencer" />
        <Figure
          label="Last verification"
          value={verification ? (verification.ok ? "passed" : "failed") : "–"}
          tone={verification && !verification.ok ? "bad" : undefined}
          note={
            verification && (
              <>
                <Ago at={verification.finished_at} /> by {verification.by_whom}
              </>
            )
          }
        />
        <Figure
          label="It took"
          value={
            verification
              ? seconds((new Date(verification.finished_at).getTime() - new Date(verification.started_at).getTime()) / 1000)
              : "–"
          }
          note={verification ? `${count(verification.size)} entries` : undefined}
        />
      </Figures>
      <Panel
        title="Signed head"
        aside={signed ? <Badge tone="ok">Signature valid</Badge> : <Badge tone="bad">Signature invalid</Badge>}
      >
        <dl className="flex flex-col gap-3">
          <div>
            <dt className="text-[12px] text-muted">Root</dt>
            <dd className="mono break-all">{root ?? "–"}</dd>
          </div>
          <div>
            <dt className="text-[12px] text-muted">Public key fingerprint. Compare it with the copy that you keep elsewhere</dt>
            <dd className="mono">{fingerprint}</dd>
          </div>
          <div>
            <dt className="text-[12px] text-muted">Verifier key</dt>
            <dd className="mono flex items-start gap-2 break-all">
              {verifierKey} <CopyButton text={verifierKey} />
            </dd>
          </div>
          <div>
            <dt className="text-[12px] text-muted">Checkpoint (C2SP)</dt>
            <dd>
              <pre className="mt-1 overflow-x-auto rounded-control bg-sunk p-2" tabIndex={0}>
                {checkpoint?.note ?? "–"}
              </pre>
            </dd>
          </div>
        </dl>
      </Panel>
      {epochs.length > 0 && (
        <Panel title="Declared restores" flush>
          <table className="rows">
            <thead>
              <tr>
                <th>When</th>
                <th className="num">From</th>
                <th className="num">To</th>
                <th>By</th>
                <th>Why</th>
              </tr>
            </thead>
            <tbody>
              {epochs.map((epoch) => (
                <tr key={epoch.at}>
                  <td>
                    <Ago at={epoch.at} />
                  </td>
                  <td className="num">{count(epoch.fromSize)}</td>
                  <td className="num">{count(epoch.toSize)}</td>
                  <td>{epoch.by}</td>
                  <td className="py-2 whitespace-normal">{epoch.reason}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Panel>
      )}
      <Panel title="Verify without this console">
        <p className="text-muted">
          Check an export with proofs offline: <code className="text-ink">npx invigil audit verify --file audit.ndjson</code>. The
          API serves heads, entries and proofs under <code className="text-ink">/api/v1/audit</code>. The documentation says what
          this can&apos;t prove: the moment before an entry is sequenced, and someone who holds both the key and the anchor.
        </p>
      </Panel>
    </Page>
  );
}
