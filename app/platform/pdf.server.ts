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

/** One family with Latin, Greek, Cyrillic and more in each file, so that names of many languages are written whole. */
const FONTS = { regular: "DejaVuSans", bold: "DejaVuSans-Bold" } as const;
type Weight = keyof typeof FONTS;

export const INK = "#16181d";
export const MUTED = "#5b6270";
const LINE = "#d8dbe0";
const MARGIN = 62;

export type Doc = InstanceType<typeof Pdf>;

/** The letters that the family does not have. The part of pdfkit's font that knows them is not in its types. */
export function unprintable(doc: Doc, text: string): string[] {
  const { font } = (doc.font("regular") as unknown as { _font: { font: { hasGlyphForCodePoint(code: number): boolean } } })._font;
  return [...new Set(text)].filter((letter) => !font.hasGlyphForCodePoint(letter.codePointAt(0)!));
}

/** A document with the fonts in it, drawn, as bytes. */
export function makePdf(options: PDFKit.PDFDocumentOptions, draw: (doc: Doc) => void): Promise<Buffer> {
  const { resolve: find } = createRequire(import.meta.url);
  return new Promise((resolve, reject) => {
    const doc = new Pdf({ size: "A4", lang: "en", ...options });
    const parts: Buffer[] = [];
    doc.on("data", (part: Buffer) => parts.push(part));
    doc.on("end", () => resolve(Buffer.concat(parts)));
    doc.on("error", reject);
    try {
      for (const [weight, file] of Object.entries(FONTS)) doc.registerFont(weight, find(`dejavu-fonts-ttf/ttf/${file}.ttf`));
      draw(doc);
      doc.end();
    } catch (error) {
      reject(error as Error);
    }
  });
}

/** A letter that the family does not have is written as its number: nothing is dropped in silence. */
function written(doc: Doc, text: string): string {
  const missing = new Set(unprintable(doc, text));
  return missing.size === 0
    ? text
    : [...text]
        .map((letter) => (missing.has(letter) ? `U+${letter.codePointAt(0)!.toString(16).toUpperCase()}` : letter))
        .join("");
}

type Style = { size: number; weight?: Weight; color?: string; indent?: number; gap?: number; lead?: number };

function paragraph(
  doc: Doc,
  text: string,
  { size, weight = "regular", color = INK, indent = 0, gap = 0, lead = 3 }: Style,
): void {
  const left = MARGIN + indent;
  const said = written(doc, text.replaceAll(/\s+/g, " ").trim());
  doc.font(weight).fontSize(size).fillColor(color);
  doc.text(said, left, doc.y, { width: doc.page.width - MARGIN - left, lineGap: lead });
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
      doc.font("regular").fontSize(9.5).fillColor(MUTED).text("•", MARGIN, y, { lineBreak: false });
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
    doc.font("regular").fontSize(7.5).fillColor(MUTED);
    doc.text(footer, MARGIN, y, { width: doc.page.width - 2 * MARGIN - 60, lineBreak: false, ellipsis: true });
    doc.text(`${page - start + 1} of ${count}`, doc.page.width - MARGIN - 60, y, { width: 60, align: "right", lineBreak: false });
    doc.page.margins.bottom = bottom;
  }
}

export const printPdf = (print: Print, at: Date): Promise<Buffer> =>
  makePdf(
    {
      margin: MARGIN,
      bufferPages: true,
      info: { Title: print.title, CreationDate: at, Producer: "Invigil", Creator: "Invigil" },
    },
    (doc) => {
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
    },
  );
