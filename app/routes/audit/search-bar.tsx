import { Link, useNavigate } from "@remix-run/react";
import { termTexts } from "~/audit/query-language.ts";
import type { Suggestion } from "./suggestions.server.ts";

type Changes = Record<string, string | null>;

/**
 * The search, a chip for each of its terms and a field to add one. It is an ordinary form: before JavaScript, adding a term sends
 * the ones that stand beside it, and a chip's cross is a link.
 */
export function SearchBar({
  q,
  wrong,
  edit,
  known,
  range,
  link,
}: {
  q: string;
  wrong: boolean;
  edit: boolean;
  known: Suggestion[];
  range: string;
  link: (changes: Changes) => string;
}) {
  const navigate = useNavigate();
  // What can't be read as terms is shown as it was typed, to be corrected.
  const asText = wrong || edit;
  const terms = asText ? [] : termTexts(q);
  const without = (index: number) =>
    link({ q: terms.filter((_, other) => other !== index).join(" ") || null, after: null, edit: null });
  return (
    <form role="search" className="flex flex-wrap items-center gap-2">
      {terms.length > 0 && (
        <ul className="contents" aria-label="Filters">
          {terms.map((term, index) => (
            <li
              key={`${term}${index}`}
              className="mono inline-flex min-h-7 max-w-full items-center gap-1 rounded-control border bg-panel pl-2"
            >
              <span className="truncate">{term}</span>
              <Link
                to={without(index)}
                aria-label={`Remove ${term}`}
                className="inline-flex size-7 items-center justify-center text-muted hover:text-bad"
              >
                ×
              </Link>
            </li>
          ))}
        </ul>
      )}
      {!asText && q && <input type="hidden" name="q" value={q} />}
      <input
        name="q"
        type="search"
        defaultValue={asText ? q : ""}
        key={q}
        data-page-search
        list="log-terms"
        aria-label="Search the log"
        autoComplete="off"
        placeholder={
          terms.length > 0 ? "Add a filter or word" : 'A name, a word, or a filter: actor:ana target:"Anatomy I" risk:>60'
        }
        onKeyDown={(event) => {
          if (event.key === "Backspace" && event.currentTarget.value === "" && terms.length > 0)
            void navigate(without(terms.length - 1));
        }}
        className="input min-w-[12rem] flex-1"
      />
      {[...new URLSearchParams(range)].map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      <datalist id="log-terms">
        {known.map((one) => (
          <option key={one.value} value={one.value}>
            {one.label}
          </option>
        ))}
      </datalist>
      <button className="control">Search</button>
      {terms.length > 1 && (
        <>
          <Link className="link text-[12px]" to={link({ edit: "1" })}>
            Edit as text
          </Link>
          <Link className="link text-[12px]" to={link({ q: null, after: null })}>
            Clear
          </Link>
        </>
      )}
    </form>
  );
}
