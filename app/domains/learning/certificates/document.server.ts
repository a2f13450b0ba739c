import QRCode from "qrcode";
import { Invalid } from "~/platform/errors.ts";
import { dateFormat } from "~/platform/intl.ts";
import { INK, makePdf, MUTED, unprintable, type Doc } from "~/platform/pdf.server.ts";

export type Printed = {
  college: string;
  person: string;
  course: string;
  certificate_no: string;
  issued_at: Date;
  expires_at: Date | null;
};

const MARGIN = 56;
const RULE = "#c9ced8";
const QR_SIZE = 96;

const dayOf = (at: Date) => dateFormat("en-GB", { timeZone: "UTC", day: "numeric", month: "long", year: "numeric" }).format(at);

/** A name with a hole in it would be worse than none. */
function refuseUnprintable(doc: Doc, text: string): void {
  const missing = unprintable(doc, text);
  if (missing.length > 0)
    throw new Invalid(
      `This can't be printed: the font has no letter for ${missing.slice(0, 5).join(" ")}. Write the name in another script.`,
    );
}

/** Largest size at which the text stays on one line; very long ones wrap at the smallest. */
function fitted(doc: Doc, text: string, sizes: number[]): number {
  const width = doc.page.width - 2 * MARGIN;
  return sizes.find((size) => doc.fontSize(size).widthOfString(text) <= width) ?? sizes.at(-1)!;
}

/** As shapes rather than a picture: sharp at any size. */
function drawQr(doc: Doc, text: string, left: number, top: number): void {
  const { modules } = QRCode.create(text, { errorCorrectionLevel: "M" });
  const cell = QR_SIZE / modules.size;
  for (let y = 0; y < modules.size; y++)
    for (let x = 0; x < modules.size; x++) if (modules.get(y, x)) doc.rect(left + x * cell, top + y * cell, cell, cell);
  doc.fill(INK);
}

function centred(doc: Doc, text: string, size: number, color: string, gap: number): void {
  doc.fontSize(size).fillColor(color).text(text, { align: "center" });
  doc.y += gap;
}

function draw(doc: Doc, printed: Printed, verifyUrl: string): void {
  const { width, height } = doc.page;
  doc
    .rect(28, 28, width - 56, height - 56)
    .lineWidth(1)
    .stroke(RULE);
  doc.font("regular");
  refuseUnprintable(doc, printed.college + printed.person + printed.course + printed.certificate_no);
  doc.y = 84;
  centred(doc, printed.college, 15, MUTED, 22);
  centred(doc, "Certificate of completion", 13, MUTED, 26);
  doc.font("bold");
  centred(doc, printed.person, fitted(doc, printed.person, [38, 32, 26, 22, 18]), INK, 20);
  doc.font("regular");
  centred(doc, "has completed the course", 13, MUTED, 18);
  doc.font("bold");
  centred(doc, printed.course, fitted(doc, printed.course, [24, 20, 17, 14]), INK, 0);
  doc.font("regular");
  const foot = height - 56 - QR_SIZE - 12;
  drawQr(doc, verifyUrl, width - MARGIN - QR_SIZE, foot);
  const lines = [
    `Issued on ${dayOf(printed.issued_at)}`,
    printed.expires_at ? `Valid until ${dayOf(printed.expires_at)}` : "Valid without end",
    `Number ${printed.certificate_no}`,
    `Verify at ${verifyUrl}`,
  ];
  doc.fontSize(10).fillColor(INK);
  for (const [index, line] of lines.entries())
    doc.text(line, MARGIN, foot + 26 + index * 17, { width: width - 2 * MARGIN - QR_SIZE - 20, lineBreak: false });
}

/** The certificate on paper, made from the record whenever someone asks for it; its code leads to the public check. */
export const certificatePdf = (printed: Printed, verifyUrl: string): Promise<Buffer> =>
  makePdf(
    {
      layout: "landscape",
      margin: MARGIN,
      displayTitle: true,
      info: { Title: `Certificate ${printed.certificate_no}`, Author: printed.college, CreationDate: printed.issued_at },
    },
    (doc) => draw(doc, printed, verifyUrl),
  );
