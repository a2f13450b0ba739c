import { useRef, useState } from "react";

type Suggestion = { id: string; label: string; note: string | null };

/** The records whose names begin as what is being typed. */
export function useSuggestions(resource: string | undefined) {
  const [found, setFound] = useState<Suggestion[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const search = (text: string) => {
    clearTimeout(timer.current);
    if (text.length < 2) return;
    timer.current = setTimeout(() => {
      void fetch(`/data/${resource ?? ""}/suggest?q=${encodeURIComponent(text)}`)
        .then((response) => (response.ok ? (response.json() as Promise<{ found: Suggestion[] }>) : { found: [] }))
        .then((answer) => setFound(answer.found))
        .catch(() => undefined);
    }, 150);
  };
  return { found, search };
}

export const Suggestions = ({ id, found }: { id: string; found: Suggestion[] }) => (
  <datalist id={id}>
    {found.map((suggestion) => (
      <option key={suggestion.id} value={suggestion.id}>
        {suggestion.label} {suggestion.note ?? ""}
      </option>
    ))}
  </datalist>
);
