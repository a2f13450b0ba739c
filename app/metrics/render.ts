import { FAMILIES, LEFT_OUT, RENDERED_AT, SERIES } from "./families/all.ts";
import { settingFamilies } from "./families/settings.ts";
import { yieldToEventLoop } from "~/platform/yield-to-event-loop.ts";
import { family, type Family, type Labels, type Point, type View } from "./family.ts";
import { BlockCache, type Block } from "./block-cache.ts";

/** A value longer than this says nothing more to a reader, and someone pays for each byte of it in every scrape. */
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

const NONE: ReadonlyMap<string, number> = new Map();

/** One family's lines. Two rows that end in the same labels would be refused by a scraper: the first stays. */
export function renderFamily({ name, type, help, labels, limit, read }: Family, view: View): Block {
  const seen = new Set<string>();
  const shown = new Map<string, number>();
  const left = new Map<string, number>();
  const lines: string[] = [];
  for (const [given, value, suffix = "", at] of read(view)) {
    if (value === null || value === undefined || !Number.isFinite(value)) continue;
    const server = given["server"] ?? "";
    const n = shown.get(server) ?? 0;
    // What is not shown needs no labels: of thousands of tables most are only counted.
    if (n >= limit) {
      left.set(server, (left.get(server) ?? 0) + 1);
      continue;
    }
    const series = `${suffix}${labelText(labels, given)}`;
    if (seen.has(series)) continue;
    seen.add(series);
    shown.set(server, n + 1);
    lines.push(`${name}${series} ${value}${at === undefined || at === null ? "" : ` ${at}`}`);
  }
  if (lines.length === 0) return { text: "", shown: 0, left };
  return { text: `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("\n")}\n`, shown: lines.length, left };
}

function renderSettings(view: View): Block {
  const all = settingFamilies(view).map((family) => renderFamily(family, view));
  return { text: all.map((block) => block.text).join(""), shown: all.reduce((sum, one) => sum + one.shown, 0), left: NONE };
}

const PARTS: readonly { name: string; make(view: View): Block }[] = [
  ...FAMILIES.map((family) => ({ name: family.name, make: (view: View) => renderFamily(family, view) })),
  { name: "pg_settings_*", make: renderSettings },
];

/** Everything that samples say, as one text; tens of thousands of lines, so others get their turn in between. */
export async function render(view: View, kept: BlockCache = new BlockCache()): Promise<string> {
  const texts: string[] = [];
  let shown = 0;
  const left: Point[] = [];
  const breathe = yieldToEventLoop(4);
  for (const { name, make } of PARTS) {
    await breathe();
    const block = kept.of(name, view, make);
    if (block.text) texts.push(block.text);
    shown += block.shown;
    for (const [server, n] of block.left) left.push([{ family: name, server }, n]);
  }
  const about = [
    family(LEFT_OUT, "gauge", "Series of a family beyond its limit, not shown", ["server", "family"], () => left),
    family(SERIES, "gauge", "Series shown, these three families not counted", [], () => [[{}, shown]]),
    family(RENDERED_AT, "gauge", "When this was made, Unix time", [], () => [[{}, view.now / 1000]]),
  ];
  for (const family of about) texts.push(renderFamily(family, view).text);
  return texts.join("");
}

/** Of a text the series of one server, with the heads of their families. */
export function onlyServer(text: string, server: string): string {
  const label = `server="${labelValue(server)}"`;
  const kept: string[] = [];
  let head: string[] = [];
  for (const line of text.split("\n")) {
    if (line.startsWith("# HELP ")) head = [line];
    else if (line.startsWith("#")) head.push(line);
    // A quote within a value is escaped: only the label itself looks like this.
    else if (line.includes(`{${label}`) || line.includes(`,${label}`)) {
      kept.push(...head, line);
      head = [];
    }
  }
  return kept.length === 0 ? "" : `${kept.join("\n")}\n`;
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

const OURS = new Set([...FAMILIES.map((family) => family.name), LEFT_OUT, SERIES, RENDERED_AT]);

/** What samples say, followed by what the process counts of itself; the long text is looked through only if it must be. */
export function appendTexts(sampled: string, own: string): string {
  const names = [...own.matchAll(/^# HELP (\S+)/gm)].map((match) => match[1]!);
  return names.some((name) => OURS.has(name) || name.startsWith("pg_settings_"))
    ? joinTexts([sampled, own])
    : `${sampled}${own.endsWith("\n") ? own : `${own}\n`}`;
}
