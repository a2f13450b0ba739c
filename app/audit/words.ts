/** The words of a content, as the index holds them and as a question asks for them. */
const WORD = /[\p{L}\p{N}\p{M}]+/gu;
const LONGEST = 64;
const MOST = 1000;

const split = (text: string) => (text.toLowerCase().match(WORD) ?? []).map((word) => word.slice(0, LONGEST));

/** Every word that someone wrote or that names a field; not the names that every content has. */
export function wordsOf(body: string): string[] {
  const words = new Set<string>();
  const walk = (value: unknown, named: boolean): void => {
    if (words.size >= MOST || value === null || value === undefined) return;
    if (typeof value !== "object") {
      for (const word of split(String(value))) words.add(word);
      return;
    }
    for (const [key, inner] of Object.entries(value)) {
      if (named && !Array.isArray(value)) for (const word of split(key)) words.add(word);
      walk(inner, named || key === "diff" || key === "details");
    }
  };
  walk(parsed(body), false);
  return [...words].slice(0, MOST);
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return body;
  }
}

/** All of them, the last from its beginning on; null when the text has no word. Letters and digits only: nothing is left to quote. */
export function wordQuery(texts: readonly string[]): string | null {
  const parts = texts.flatMap((text) => {
    const words = split(text);
    return words.map((word, i) => `'${word}'${i === words.length - 1 ? ":*" : ""}`);
  });
  return parts.length > 0 ? [...new Set(parts)].join(" & ") : null;
}

/** Any of these ids, by the last of the words that the index makes of one: twelve random digits. */
export function mentionQuery(ids: readonly string[]): string | null {
  const parts = ids.map((id) => id.toLowerCase().split("-").at(-1)!).filter((part) => /^[0-9a-f]{12}$/.test(part));
  return parts.length > 0 ? [...new Set(parts)].map((part) => `'${part}'`).join(" | ") : null;
}

/** One word and nothing else: the index alone decides. Several must stand together as they were typed. */
export const isOneWord = (text: string): boolean => {
  const [only, more] = split(text);
  return more === undefined && only === text.toLowerCase();
};
