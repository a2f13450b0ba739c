import { Form as GetForm, Link, useSearchParams } from "@remix-run/react";
import { plural } from "~/platform/format.ts";
import { Panel } from "~/ui/layout/panel.tsx";

type Owner = { id: string; name: string; rows: number };

function List({ title, owners, name }: { title: string; owners: Owner[]; name: "person" | "exam" }) {
  if (owners.length === 0) return null;
  return (
    <section className="mt-3">
      <h3 className="text-[12px] font-[560] text-muted">{title}</h3>
      <ul>
        {owners.map((owner) => (
          <li key={owner.id} className="flex items-baseline justify-between gap-3 py-0.5">
            <Link className="link min-w-0 truncate" to={`?${name}=${owner.id}#rows`}>
              {owner.name}
            </Link>
            <span className="shrink-0 text-[12px] text-muted">{plural(owner.rows, "row")}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** One person or one exam of the comparison: what differs of it, and only that is put back. */
export function Owners({ people, exams }: { people: Owner[]; exams: Owner[] }) {
  const [params] = useSearchParams();
  return (
    <Panel title="One person or exam">
      <GetForm method="get" role="search" aria-label="Find a person or an exam of this comparison">
        <label className="flex flex-col gap-1">
          <span className="text-[12px] text-muted">Name, e-mail, roll number or title</span>
          <input type="search" name="q" className="input" defaultValue={params.get("q") ?? ""} />
        </label>
      </GetForm>
      {people.length + exams.length === 0 && <p className="mt-2 text-muted">Nobody of this name differs.</p>}
      <List title="People" owners={people} name="person" />
      <List title="Exams" owners={exams} name="exam" />
    </Panel>
  );
}
