import { FAMILIES, LEFT_OUT, RENDERED_AT, SERIES } from "./families/all.ts";
import { settingFamilies } from "./families/settings.ts";
import { breather } from "~/platform/breathe.ts";
import { family, type Family, type Labels, type View } from "./family.ts";
import { KeptBlocks, type Block } from "./kept.ts";

/** A value longer than this says nothing more to a reader, and somebody pays for each byte of it in every scrape. */
const VALUE_LENGTH = 128;

const ESCAPES: Record<string, string> = { "\\": "\\\\", '"': '\\"', "\n": "\\n" };
const NEEDS_ESCAPE = /[\\"\n]/;

export function labelValue(value: string): string {
  const short = value.length > VALUE_LENGTH ? `${[...value].slice(0, VALUE_LENGTH - 1).join("")}…` : value;
  const whole = short.isWellFormed() ? short : short.toWellFormed();
  return NEEDS_ESCAPE.test(whole) ? whole.replace(/[\\"\n]/g, (c) => ESCAPES[c]!) : whole;
}

function labelText(names: readonly string[], labels: Labels): string {
  let text = "";
  for (const name of names) {
    const value = labels[name];
    if (value === undefined || value === null || value === "") continue;
    text += `${text ? "," : ""}${name}="${labelValue(value)}"`;
  }
  return text ? `{${text}}` : "";
}

/** One family's lines. Two rows that end in the same labels would be refused by a scraper: the first stays. */
export function renderFamily({ name, type, help, labels, limit, read }: Family, view: View): Block {
  const seen = new Set<string>();
  const lines: string[] = [];
  let left = 0;
  for (const [given, value, suffix = ""] of read(view)) {
    if (value === null || value === undefined || !Number.isFinite(value)) continue;
    // What is not shown needs no labels: of thousands of tables most are only counted.
    if (seen.size >= limit) {
      left++;
      continue;
    }
    const series = `${suffix}${labelText(labels, given)}`;
    if (seen.has(series)) continue;
    seen.add(series);
    lines.push(`${name}${series} ${value}`);
  }
  if (lines.length === 0) return { text: "", shown: 0, left };
  return { text: `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("\n")}\n`, shown: lines.length, left };
}

function renderSettings(view: View): Block {
  const all = settingFamilies(view).map((one) => renderFamily(one, view));
  return { text: all.map((one) => one.text).join(""), shown: all.reduce((sum, one) => sum + one.shown, 0), left: 0 };
}

const PARTS: readonly { name: string; make(view: View): Block }[] = [
  ...FAMILIES.map((one) => ({ name: one.name, make: (view: View) => renderFamily(one, view) })),
  { name: "pg_settings_*", make: renderSettings },
];

/** Everything that samples say, as one text; tens of thousands of lines, so others get their turn in between. */
export async function render(view: View, kept: KeptBlocks = new KeptBlocks()): Promise<string> {
  const texts: string[] = [];
  let shown = 0;
  const left: [string, number][] = [];
  const breathe = breather(4);
  for (const { name, make } of PARTS) {
    await breathe();
    const block = kept.of(name, view, make);
    if (block.text) texts.push(block.text);
    shown += block.shown;
    if (block.left > 0) left.push([name, block.left]);
  }
  const about = [
    family(LEFT_OUT, "gauge", "Series of a family beyond its limit, not shown", ["family"], () =>
      left.map(([name, n]) => [{ family: name }, n] as const),
    ),
    family(SERIES, "gauge", "Series shown, these three families not counted", [], () => [[{}, shown]]),
    family(RENDERED_AT, "gauge", "When this was made, Unix time", [], () => [[{}, view.now / 1000]]),
  ];
  for (const one of about) texts.push(renderFamily(one, view).text);
  return texts.join("");
}

/** Several texts as one: a family may stand in it only once, so lines of the same family are put together. */
export function joinTexts(texts: readonly string[]): string {
  const blocks = new Map<string, string>();
  for (const text of texts)
    for (const part of text.split(/^(?=# HELP )/m)) {
      const name = /^# HELP (\S+)/.exec(part)?.[1];
      if (!name) continue;
      const known = blocks.get(name);
      const body = part.endsWith("\n") ? part.replace(/\n+$/, "\n") : `${part}\n`;
      blocks.set(name, known ? known + body.replace(/^#.*\n/gm, "") : body);
    }
  return [...blocks.values()].join("");
}

const OURS = new Set([...FAMILIES.map((one) => one.name), LEFT_OUT, SERIES, RENDERED_AT]);

/** What samples say, followed by what the process counts of itself; the long text is looked through only if it must be. */
export function appendTexts(sampled: string, own: string): string {
  const names = [...own.matchAll(/^# HELP (\S+)/gm)].map((match) => match[1]!);
  return names.some((name) => OURS.has(name) || name.startsWith("pg_settings_"))
    ? joinTexts([sampled, own])
    : `${sampled}${own.endsWith("\n") ? own : `${own}\n`}`;
}
