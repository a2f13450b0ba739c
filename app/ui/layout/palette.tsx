import { Command } from "cmdk";
import { useNavigate } from "@remix-run/react";
import { useEffect, useState } from "react";
import { observes } from "~/platform/depth.ts";
import { isTyping } from "~/ui/typing.ts";
import { rank, scoreOf, SURE } from "./rank.ts";

export type PaletteItem = { to: string; label: string; words?: string };
type Found = { to: string; label: string; kind: string; note: string };

/** ⌘K or Ctrl-K: pages at once, records as they are found. `/` goes to the search box. */
export function Palette({ items }: { items: PaletteItem[] }) {
  const [open, setOpen] = useState(false);
  const [query, setQuery] = useState("");
  const [found, setFound] = useState<{ of: string; list: Found[] }>({ of: "", list: [] });
  const navigate = useNavigate();

  useEffect(() => {
    const keys = (event: KeyboardEvent) => {
      if ((event.metaKey || event.ctrlKey) && event.key === "k") {
        event.preventDefault();
        setOpen((was) => !was);
      } else if (event.key === "/" && !isTyping(event.target) && !event.ctrlKey && !event.metaKey) {
        const box = document.querySelector<HTMLInputElement>("[data-page-search], [data-search]");
        if (box) {
          event.preventDefault();
          box.focus();
        }
      }
    };
    document.addEventListener("keydown", keys);
    return () => document.removeEventListener("keydown", keys);
  }, []);

  useEffect(() => {
    if (query.trim().length < 2) return;
    const abort = new AbortController();
    const timer = setTimeout(() => {
      fetch(`/search/suggest?q=${encodeURIComponent(query)}`, { signal: abort.signal })
        .then((response) => (response.ok ? (response.json() as Promise<{ found: Found[] }>) : { found: [] }))
        .then((result) => setFound({ of: query, list: result.found }))
        .catch(() => undefined);
    }, 120);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [query]);

  const answered = query.trim().length < 2 || found.of === query;
  const records = query.trim().length < 2 ? [] : found.list;
  const ranked = rank(query, [
    ...items.map((item) => ({ ...item, note: undefined, about: "Page", kind: "page" as const })),
    ...records.map((record) => ({ ...record, about: record.kind, kind: "record" as const })),
  ]);
  // Until the search has answered, what is merely like it is not offered: Enter would go there.
  const shown = answered ? ranked : ranked.filter((one) => scoreOf(query, one) >= SURE);
  const best = shown[0]?.to ?? "";
  const [chosen, setChosen] = useState({ for: "", value: "" });
  const value = chosen.for === best ? chosen.value : best;
  const go = (to: string) => {
    setOpen(false);
    setQuery("");
    navigate(to);
  };

  return (
    <Command.Dialog
      open={open}
      onOpenChange={setOpen}
      label="Go to a page or record"
      shouldFilter={false}
      value={value}
      onValueChange={(next) => setChosen({ for: best, value: next })}
      className="panel fixed top-[14vh] left-1/2 z-50 w-[min(560px,92vw)] -translate-x-1/2 overflow-hidden"
      overlayClassName="fixed inset-0 z-40 bg-black/30"
      style={{ boxShadow: "var(--shadow)" }}
    >
      <Command.Input
        value={query}
        onValueChange={setQuery}
        placeholder={observes() ? "Go to a page…" : "Go to a page, find a person, an exam, a tenant…"}
        className="h-11 w-full border-b bg-transparent px-4 outline-none placeholder:text-muted"
      />
      <Command.List className="max-h-[50vh] overflow-y-auto p-1.5">
        {answered && <Command.Empty className="px-3 py-6 text-muted">Nothing found.</Command.Empty>}
        {shown.map((one) => (
          <Command.Item
            key={one.to}
            value={one.to}
            onSelect={() => go(one.to)}
            className="flex h-9 items-center gap-2 rounded-control px-2.5 data-[selected=true]:bg-selected"
          >
            <span className="truncate">{one.label}</span>
            <span className="ml-auto truncate text-[12px] text-muted">{[one.about, one.note].filter(Boolean).join(" · ")}</span>
          </Command.Item>
        ))}
      </Command.List>
    </Command.Dialog>
  );
}
