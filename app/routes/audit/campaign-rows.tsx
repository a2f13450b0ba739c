import type { getCampaign } from "~/domains/access-review/campaign.server.ts";
import { Badge } from "~/ui/feedback/badge.tsx";
import { Form, Input, Submit } from "~/ui/form/form.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { Ago, Clock } from "~/ui/time/time.tsx";

type Row = Awaited<ReturnType<typeof getCampaign>>["rows"][number];

type Props = { rows: Row[]; open: boolean; mayDecide: boolean; maySign: boolean };

/** A row for each person and key. Several are kept by ticking them; one is revoked in its own row, with its own reason. */
export function CampaignRows({ rows, open, mayDecide, maySign }: Props) {
  const decidable = (row: Row) => open && !row.decision && !row.own && (mayDecide || maySign);
  const form = "keep-rows";
  return (
    <Panel flush>
      <table className="rows">
        <thead>
          <tr>
            <th>
              <span className="sr-only">Select</span>
            </th>
            <th>Who</th>
            <th>Access</th>
            <th className="max-lg:hidden">Since</th>
            <th className="max-md:hidden">Last action</th>
            <th>Decision</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id} className="*:py-2">
              <td>
                {decidable(row) && (
                  <input
                    type="checkbox"
                    name="row"
                    value={row.id}
                    form={form}
                    aria-label={`Select ${row.name}`}
                    className="size-4 accent-(--accent)"
                  />
                )}
              </td>
              <td className="whitespace-normal md:min-w-[200px]">
                <span className="font-[560]">{row.name}</span> {row.now && <Badge tone="warn">{row.now}</Badge>}
                <span className="block text-[12px] break-words text-muted">{row.address}</span>
              </td>
              <td className="whitespace-normal">
                {row.role}
                <span className="block text-[12px] text-muted">{row.tenants}</span>
                {row.second_factor === false && <Badge tone="warn">No second factor</Badge>}
              </td>
              <td className="max-lg:hidden">
                <Ago at={row.since} />
                {row.granted_by && <span className="block text-[12px] text-muted">by {row.granted_by}</span>}
              </td>
              <td className="max-md:hidden">
                {row.last_act ? <Ago at={row.last_act} /> : <span className="text-warn">never</span>}
              </td>
              <td className="whitespace-normal">
                {row.decision ? (
                  <>
                    <Badge tone={row.decision === "KEEP" ? "ok" : "bad"}>{row.decision === "KEEP" ? "Kept" : "Revoked"}</Badge>
                    <span className="block text-[12px] text-muted">
                      {row.decided_by_name}, {row.decided_at && <Clock at={row.decided_at} withDay />}: {row.reason}
                    </span>
                  </>
                ) : row.own ? (
                  <span className="text-muted">Your own: somebody else decides</span>
                ) : open && mayDecide ? (
                  <details>
                    <summary className="text-bad hover:underline">Revoke…</summary>
                    <Form intent="revoke" about={{ row: row.id }} className="mt-1 flex flex-col gap-2">
                      <Input label="Reason" name="reason" required maxLength={500} />
                      <div>
                        <Submit tone="danger">{row.kind === "STAFF" ? "Deactivate account" : "Revoke key"}</Submit>
                      </div>
                    </Form>
                  </details>
                ) : (
                  <span className="text-muted">Undecided</span>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {rows.some(decidable) && <KeepForm id={form} />}
    </Panel>
  );
}

/** The ticked boxes of the table belong to this form, also before JavaScript. */
function KeepForm({ id }: { id: string }) {
  return (
    <div className="sticky bottom-0 border-t bg-panel px-3.5 py-2.5">
      <Form id={id} intent="keep" className="flex flex-wrap items-end gap-2">
        <Input label="Reason to keep the selected" name="reason" required maxLength={500} />
        <Submit>Keep selected</Submit>
      </Form>
    </div>
  );
}
