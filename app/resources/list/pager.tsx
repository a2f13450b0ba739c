import { Link } from "@remix-run/react";
import { about, count, plural } from "~/platform/format.ts";
import { LIMITS } from "../query.ts";
import { useLink } from "./link.tsx";
import type { ListProps } from "./props.ts";
import { LinkButton } from "~/ui/form/link-button.tsx";

export function Pager(props: ListProps) {
  const { rows, next, previous, total, resource } = props;
  const link = useLink();
  return (
    <footer className="flex flex-wrap items-center justify-between gap-2 border-t px-3.5 py-2 text-[12px] text-muted">
      <span>
        {total.exact
          ? plural(total.n, resource.one.toLowerCase(), resource.many.toLowerCase())
          : `${about(total.n)} ${resource.many.toLowerCase()}`}
        {!total.exact && (
          <Link to={link({ count: "exact" })} className="link ml-2 underline">
            count them
          </Link>
        )}
        {rows.length > 0 && total.n > rows.length && <span> · {count(rows.length)} on this page</span>}
      </span>
      <span className="flex items-center gap-2">
        {total.n > LIMITS[0] && (
          <span className="mr-2 flex items-center max-sm:hidden">
            <span className="mr-1">Rows</span>
            {LIMITS.map((limit) => (
              <Link
                key={limit}
                to={link({ limit: String(limit), after: null, before: null })}
                className={`inline-flex size-6 min-w-7 items-center justify-center ${limit === props.limit ? "font-[560] text-ink" : "hover:text-ink"}`}
                aria-current={limit === props.limit}
              >
                {limit}
              </Link>
            ))}
          </span>
        )}
        {previous ? (
          <LinkButton to={link({ before: previous, after: null })} rel="prev">
            Previous
          </LinkButton>
        ) : null}
        {next ? (
          <LinkButton to={link({ after: next, before: null })} rel="next">
            Next
          </LinkButton>
        ) : null}
      </span>
    </footer>
  );
}
