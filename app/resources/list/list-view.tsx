import { Link } from "@remix-run/react";
import { useState } from "react";
import { Empty } from "~/ui/feedback/empty.tsx";
import { LinkButton } from "~/ui/form/link-button.tsx";
import { FilterBar } from "./filter-bar.tsx";
import { Pager } from "./pager.tsx";
import { useLink } from "./link.tsx";
import type { ListProps } from "./props.ts";
import { Rows } from "./rows.tsx";
import { SelectionBar } from "./selection-bar.tsx";

export function ListView(props: ListProps) {
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [whole, setWhole] = useState(false);
  const toggle = (id: string) =>
    setSelected((was) => {
      const next = new Set(was);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  return (
    <>
      <FilterBar {...props} />
      <section className="panel overflow-hidden">
        {props.rows.length === 0 ? (
          <Nothing {...props} />
        ) : (
          <Rows {...props} selected={selected} toggle={toggle} setSelected={setSelected} />
        )}
        <Pager {...props} />
      </section>
      {(selected.size > 0 || whole) && (
        <SelectionBar
          {...props}
          selected={selected}
          whole={whole}
          setWhole={setWhole}
          clear={() => (setSelected(new Set()), setWhole(false))}
        />
      )}
    </>
  );
}

function Nothing({ resource, filters, everywhere, q, trash }: ListProps) {
  const link = useLink();
  if (trash) return <Empty title="Trash is empty" />;
  if (filters.length > 0 || q || everywhere.tenant || everywhere.created.from || everywhere.created.to) {
    return (
      <Empty
        title={`No ${resource.many.toLowerCase()} match`}
        action={
          <Link
            to={link({
              q: null,
              "f.tenant": null,
              "f.created.from": null,
              "f.created.to": null,
              ...Object.fromEntries(filters.map((f) => [`f.${f.field}.${f.op}`, null])),
              ...Object.fromEntries(filters.map((f) => [`f.${f.field}`, null])),
            })}
            className="link"
          >
            Clear filters
          </Link>
        }
      >
        Filters match whole values. Search matches parts of names.
      </Empty>
    );
  }
  return (
    <Empty
      title={`No ${resource.many.toLowerCase()} yet`}
      action={
        resource.mayWrite && !resource.isTenant && <LinkButton to={`/data/${resource.name}/new`}>Create the first one</LinkButton>
      }
    >
      {resource.importable ? "Create one, or import a CSV file." : "They appear here when the platform creates them."}
    </Empty>
  );
}
