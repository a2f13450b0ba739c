import { describe, expect, it } from "vitest";
import { rank, type Candidate } from "./rank.ts";

const page = (label: string, words = ""): Candidate => ({ to: `/${label.toLowerCase()}`, label, words, kind: "page" });
const record = (label: string, note = ""): Candidate => ({ to: `/records/${label}`, label, note, kind: "record" });
const PAGES = [
  page("Overview", "home today"),
  page("Enrollments", "payments registrations invoices"),
  page("Exams", "papers questions live schedule statistics"),
  page("Review", "queue suspicious attempts proctor"),
  page("Findings", "advice checks"),
  page("Locks", "blocked blocking waits"),
];
const first = (typed: string, found: Candidate[] = []) => rank(typed, [...PAGES, ...found])[0]?.label;

describe("the palette", () => {
  it("puts a record that begins with what was typed before a page that holds its letters here and there", () => {
    expect(first("fisch", [record("Anna Fischer", "anna.fischer@north.example")])).toBe("Anna Fischer");
    expect(first("fisch")).toBeUndefined();
    expect(first("statist", [record("Statistics I", "SCHEDULED")])).toBe("Statistics I");
    expect(first("statist")).toBe("Exams");
  });

  it("puts what is called exactly so first, then what begins so, then a word of it, then a keyword, then a piece", () => {
    const found = [record("Blocks"), record("Ana Lock"), record("Lockwood"), record("Lock")];
    expect(rank("lock", [...PAGES, ...found]).map((candidate) => candidate.label)).toEqual([
      "Lock",
      "Locks",
      "Lockwood",
      "Ana Lock",
      "Blocks",
    ]);
  });

  it("finds a person by the whole e-mail address or roll number that is shown", () => {
    const found = [record("Ana Rossi", "R-17 · ana@north.example"), record("Rana Anan", "R-171 · x@north.example")].reverse();
    expect(first("ana@north.example", found)).toBe("Ana Rossi");
    expect(first("r-17", found)).toBe("Ana Rossi");
  });

  it("knows letters without their accents", () => {
    expect(first("muller", [record("Jörg Müller")])).toBe("Jörg Müller");
  });

  it("falls back on scattered letters only where there is nothing else", () => {
    expect(first("fdgs")).toBe("Findings");
    expect(rank("fi", [...PAGES, record("Fiona")]).map((candidate) => candidate.label)).toEqual(["Findings", "Fiona"]);
  });

  it("shows every page, in the order of the rail, while nothing is typed", () => {
    expect(rank("", PAGES)).toEqual(PAGES);
  });
});
