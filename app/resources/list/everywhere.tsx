import { X } from "lucide-react";
import { Form, Link, useSearchParams } from "@remix-run/react";
import { Button } from "~/ui/form/form.tsx";
import { Hidden, useLink } from "./link.tsx";
import type { ListProps } from "./props.ts";

/** Whether rows of several tenants can stand in this list at all. */
const ofSeveral = ({ resource, tenants }: ListProps) => !resource.isTenant && Object.keys(tenants).length > 1;

const AGAIN = ["after", "before"];

/** What every list is filtered by beside its own fields: one tenant, and when its records were created. */
export function AddEverywhere(props: ListProps) {
  const { everywhere, tenants } = props;
  const [params] = useSearchParams();
  return (
    <>
      {ofSeveral(props) && (
        <details className="rounded-control">
          <summary className="rounded-control px-2 py-1.5 hover:bg-sunk">Tenant</summary>
          <Form className="flex items-center gap-1.5 px-2 pb-2">
            <Hidden params={params} without={[...AGAIN, "f.tenant"]} />
            <select name="f.tenant" className="input" aria-label="Tenant" defaultValue={everywhere.tenant ?? ""}>
              {Object.entries(tenants).map(([id, name]) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </select>
            <Button type="submit" className="!min-h-[30px]">
              Add
            </Button>
          </Form>
        </details>
      )}
      <details className="rounded-control">
        <summary className="rounded-control px-2 py-1.5 hover:bg-sunk">Created</summary>
        <Form className="flex flex-col gap-1.5 px-2 pb-2">
          <Hidden params={params} without={[...AGAIN, "f.created.from", "f.created.to"]} />
          {(["from", "to"] as const).map((end) => (
            <label key={end} className="flex items-center gap-1.5">
              <span className="w-16 shrink-0 text-[12px] text-muted">{end === "from" ? "from" : "up to"}</span>
              <input
                name={`f.created.${end}`}
                type="date"
                className="input"
                aria-label={`Created ${end === "from" ? "from" : "up to"}`}
                defaultValue={everywhere.created[end] ?? ""}
              />
            </label>
          ))}
          <Button type="submit" className="!min-h-[30px]">
            Add
          </Button>
        </Form>
      </details>
    </>
  );
}

export function EverywhereChips({ everywhere: { tenant, created }, tenants }: ListProps) {
  return (
    <>
      {tenant && <Chip label="Tenant" says="is" value={tenants[tenant] ?? "another"} name="f.tenant" />}
      {created.from && <Chip label="Created" says="from" value={created.from} name="f.created.from" />}
      {created.to && <Chip label="Created" says="up to" value={created.to} name="f.created.to" />}
    </>
  );
}

function Chip({ label, says, value, name }: { label: string; says: string; value: string; name: string }) {
  const link = useLink();
  return (
    <span className="inline-flex h-[30px] items-center gap-1.5 rounded-control bg-accent-soft px-2.5 text-ink">
      {label} <span className="text-muted">{says}</span> <span className="max-w-[180px] truncate font-[560]">{value}</span>
      <Link to={link({ [name]: null, after: null, before: null })} aria-label={`Remove filter ${label} ${says}`}>
        <X size={13} aria-hidden />
      </Link>
    </span>
  );
}
