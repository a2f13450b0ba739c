import { Link, useSearchParams } from "@remix-run/react";
import { Form, Input, Submit } from "~/ui/form/form.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { Ago } from "~/ui/time/time.tsx";
import { SeverityBadge } from "./severity.tsx";
import { Fix } from "./sql-text.tsx";
import type { Finding, Evidence } from "../findings.tsx";

export function FindingPanel({
  finding,
  shown,
  muted,
  mayAct,
}: {
  finding: Finding;
  shown: Evidence[];
  muted: Evidence[];
  mayAct: boolean;
}) {
  return (
    <Panel
      id={finding.id}
      flush
      title={
        <span className="inline-flex flex-wrap items-center gap-2">
          <span className="mono text-muted">{finding.id}</span> {finding.title} <SeverityBadge severity={finding.level} />
        </span>
      }
      aside={shown.length}
    >
      <p className="max-w-[100ch] px-3.5 pb-2 text-muted">{finding.why}</p>
      <table className="rows">
        <tbody>
          {shown.map((evidence) => (
            <tr key={evidence.subject}>
              <td className="max-w-[360px] truncate">
                {evidence.link ? (
                  <Link to={evidence.link} className="hover:underline">
                    <code>{evidence.subject}</code>
                  </Link>
                ) : (
                  <code>{evidence.subject}</code>
                )}
                <p className="truncate text-[12px] text-muted md:hidden">{evidence.says}</p>
              </td>
              <td className="hidden w-full py-1.5 md:table-cell">{evidence.says}</td>
              <td className="py-1.5 align-top">{evidence.fix && <Fix fix={evidence.fix} undo={evidence.undo} />}</td>
              {mayAct && (
                <td className="hidden py-1.5 align-top md:table-cell">
                  <MuteForm finding={finding.id} subject={evidence.subject} />
                </td>
              )}
            </tr>
          ))}
          {muted.map((evidence) => (
            <tr key={evidence.subject} className="text-muted">
              <td>
                <code>{evidence.subject}</code>
              </td>
              <td className="hidden w-full md:table-cell">
                muted: {evidence.mute!.reason}, ends <Ago at={evidence.mute!.until} />
              </td>
              <td colSpan={2}>
                {mayAct && (
                  <Form intent="unmute" className="contents">
                    <input type="hidden" name="finding" value={finding.id} />
                    <input type="hidden" name="subject" value={evidence.subject} />
                    <Submit tone="plain">Unmute</Submit>
                  </Form>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}

function MuteForm({ finding, subject }: { finding: string; subject: string }) {
  const [params] = useSearchParams();
  return (
    <details className="text-[12px]" open={params.get("mute") === `${finding} ${subject}` || undefined}>
      <summary className="w-fit leading-6 whitespace-nowrap text-muted hover:text-ink">mute</summary>
      <Form intent="mute" className="mt-1.5 flex w-[220px] flex-col gap-2">
        <input type="hidden" name="finding" value={finding} />
        <input type="hidden" name="subject" value={subject} />
        <Input label="Reason" name="reason" required />
        <Input label="Days" name="days" type="number" min={1} max={365} defaultValue={30} />
        <Submit>Mute</Submit>
      </Form>
    </details>
  );
}
