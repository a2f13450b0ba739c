import { createRequire } from "node:module";
import Pdf from "pdfkit";

/** A page for people to print: a title, one sentence that matters most, then sections of paragraphs. */
export type Print = {
  title: string;
  /** Under the title, small: what it is about, and when. */
  context: string[];
  claim: string;
  sections: { title: string; lines: string[]; bullets?: boolean }[];
  /** On the bottom of each page, before the page's number. */
  footer: string;
};

const SCRIPTS = ["latin", "latin-ext", "greek", "greek-ext", "cyrillic", "cyrillic-ext", "vietnamese"] as const;
const WEIGHTS = { regular: 400, bold: 600 } as const;
type Weight = keyof typeof WEIGHTS;

const INK = "#16181d";
const MUTED = "#5b6270";
const LINE = "#d8dbe0";
const MARGIN = 62;

type Doc = InstanceType<typeof Pdf>;
/** The part of pdfkit's font that knows which letters it has. */
type Glyphs = { font: { hasGlyphForCodePoint(code: number): boolean } };

/** Inter comes in a file per script: a text is set in runs, each in the first file that has its letters. */
function runsOf(doc: Doc, text: string, weight: Weight): { font: string; text: string }[] {
  const has = (font: string, letter: string) =>
    (doc.font(font) as unknown as { _font: Glyphs })._font.font.hasGlyphForCodePoint(letter.codePointAt(0)!);
  const fonts = SCRIPTS.map((script) => `${script}-${weight}`);
  const runs: { font: string; text: string }[] = [];
  for (const letter of text) {
    const last = runs.at(-1);
    if (last && (/\s/.test(letter) || has(last.font, letter))) last.text += letter;
    else {
      const font = fonts.find((font) => has(font, letter));
      // A letter that no file has is written as its number: nothing is dropped in silence.
      runs.push({ font: font ?? fonts[0]!, text: font ? letter : `U+${letter.codePointAt(0)!.toString(16).toUpperCase()}` });
    }
  }
  return runs;
}

type Style = { size: number; weight?: Weight; color?: string; indent?: number; gap?: number; lead?: number };

function paragraph(
  doc: Doc,
  text: string,
  { size, weight = "regular", color = INK, indent = 0, gap = 0, lead = 3 }: Style,
): void {
  const runs = runsOf(doc, text.replaceAll(/\s+/g, " ").trim(), weight);
  const left = MARGIN + indent;
  const width = doc.page.width - MARGIN - left;
  runs.forEach((run, at) => {
    const options = { width, lineGap: lead, continued: at < runs.length - 1 };
    doc.font(run.font).fontSize(size).fillColor(color);
    if (at === 0) doc.text(run.text, left, doc.y, options);
    else doc.text(run.text, options);
  });
  doc.y += gap;
}

function section(doc: Doc, { title, lines, bullets = true }: Print["sections"][number]): void {
  // A heading is never the last line of a page.
  if (doc.y > doc.page.height - MARGIN - 90) doc.addPage();
  doc.y += 10;
  paragraph(doc, title, { size: 11.5, weight: "bold", gap: 4 });
  for (const line of lines) {
    if (doc.y > doc.page.height - MARGIN - 40) doc.addPage();
    if (bullets) {
      const y = doc.y;
      doc.font("latin-regular").fontSize(9.5).fillColor(MUTED).text("•", MARGIN, y, { lineBreak: false });
      doc.y = y;
    }
    paragraph(doc, line, { size: 9.5, indent: bullets ? 12 : 0, gap: 3.5 });
  }
}

function footers(doc: Doc, footer: string): void {
  const { start, count } = doc.bufferedPageRange();
  for (let page = start; page < start + count; page++) {
    doc.switchToPage(page);
    const bottom = doc.page.margins.bottom;
    doc.page.margins.bottom = 0;
    const y = doc.page.height - 40;
    doc
      .moveTo(MARGIN, y - 8)
      .lineTo(doc.page.width - MARGIN, y - 8)
      .lineWidth(0.5)
      .strokeColor(LINE)
      .stroke();
    doc.font("latin-regular").fontSize(7.5).fillColor(MUTED);
    doc.text(footer, MARGIN, y, { width: doc.page.width - 2 * MARGIN - 60, lineBreak: false, ellipsis: true });
    doc.text(`${page - start + 1} of ${count}`, doc.page.width - MARGIN - 60, y, { width: 60, align: "right", lineBreak: false });
    doc.page.margins.bottom = bottom;
  }
}

export async function printPdf(print: Print, at: Date): Promise<Buffer> {
  const require = createRequire(import.meta.url);
  const doc = new Pdf({
    size: "A4",
    margin: MARGIN,
    bufferPages: true,
    lang: "en",
    info: { Title: print.title, CreationDate: at, Producer: "Invigil", Creator: "Invigil" },
  });
  for (const script of SCRIPTS)
    for (const [weight, number] of Object.entries(WEIGHTS))
      doc.registerFont(`${script}-${weight}`, require.resolve(`@fontsource/inter/files/inter-${script}-${number}-normal.woff`));
  const parts: Buffer[] = [];
  const done = new Promise<Buffer>((resolve, reject) => {
    doc.on("data", (part: Buffer) => parts.push(part));
    doc.on("end", () => resolve(Buffer.concat(parts)));
    doc.on("error", reject);
  });
  paragraph(doc, print.title, { size: 20, weight: "bold", gap: 4 });
  for (const line of print.context) paragraph(doc, line, { size: 9.5, color: MUTED, gap: 1 });
  doc.y += 10;
  const top = doc.y;
  paragraph(doc, print.claim, { size: 11.5, weight: "bold", indent: 14, lead: 4 });
  doc
    .moveTo(MARGIN + 1, top)
    .lineTo(MARGIN + 1, doc.y)
    .lineWidth(2)
    .strokeColor(INK)
    .stroke();
  for (const one of print.sections) section(doc, one);
  footers(doc, print.footer);
  doc.end();
  return done;
}
