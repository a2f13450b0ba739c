import { describe, expect, it } from "vitest";
import { blankQuestion, type ExchangedQuestion } from "./exchanged.ts";
import { parseGift, writeGift } from "./gift.ts";
import { parseMoodleXml, writeMoodleXml } from "./moodle-xml.ts";
import { readQuestions } from "./read-questions.ts";

const question = (more: Partial<ExchangedQuestion>): ExchangedQuestion => ({ ...blankQuestion("What is it?"), ...more });

const NASTY = "1 = 2 ~ {3} #4 : C:\\new \\\\ // <b>&amp;</b> ]]> [html] ####\n\n::second:: -> %50%";
const PAPER: ExchangedQuestion[] = [
  question({ type: "MULTIPLE_CHOICE", options: ["One", "Two", "Three"], places: [1], marks: 3, difficulty: "HARD" }),
  question({ type: "MULTIPLE_CHOICE", options: ["One", "Two"], places: [], explanation: "Not decided yet" }),
  question({
    type: "MULTIPLE_CHOICE",
    text: NASTY,
    options: [NASTY, "%50%", "[html]<i>x</i>", "//"],
    places: [2],
    explanation: NASTY,
  }),
  question({ type: "TRUE_FALSE", options: ["True", "False"], places: [0], explanation: "Because" }),
  question({ type: "TRUE_FALSE", options: ["True", "False"], places: [1], marks: 0 }),
  question({ type: "TRUE_FALSE", options: ["True", "False"], places: [] }),
  question({ type: "MULTIPLE_ANSWERS", options: ["One", "Two", "Three"], places: [0, 2], partialCredit: true }),
  question({ type: "MULTIPLE_ANSWERS", options: ["A", "B", "C", "D", "E", NASTY], places: [0, 1, 5], tags: ["week 1", "über"] }),
  question({ type: "MULTIPLE_ANSWERS", options: ["One", "Two"], places: [1], partialCredit: true }),
  question({ type: "MULTIPLE_ANSWERS", options: ["One", "Two"], places: [] }),
  question({ type: "NUMERIC", answer: "-3.140", tolerance: "0.01", explanation: "Nearly" }),
  question({ type: "NUMERIC", answer: "6.02e23", tolerance: "0" }),
  question({ type: "SHORT_ANSWER", accepted: ["42", "forty-two", NASTY], unmatchedWrong: true }),
  question({ type: "SHORT_ANSWER", key: "42", difficulty: "EASY" }),
  question({ type: "SHORT_ANSWER", key: NASTY, text: "# one\n\n{two}" }),
  question({ type: "SHORT_ANSWER", key: null }),
  question({ type: "ESSAY", text: "::Discuss:: $CATEGORY: all", marks: 20, explanation: "%7% of it" }),
];

describe("a round trip", () => {
  it.each([
    ["GIFT", (paper: ExchangedQuestion[]) => parseGift(writeGift(paper))],
    ["Moodle XML", (paper: ExchangedQuestion[]) => parseMoodleXml(writeMoodleXml(paper))],
  ])("through %s brings every type back as it was", (_, through) => {
    const { items, notes } = through(PAPER);
    expect(items.map((item) => item.question)).toEqual(PAPER);
    expect([...notes, ...items.flatMap((item) => [...item.notes, item.reason].filter(Boolean))]).toEqual([]);
  });

  it("keeps an essay's expected answer in Moodle XML, and says in the GIFT file that it has no place there", () => {
    const essay = question({ key: "Both sides, with sources" });
    expect(parseMoodleXml(writeMoodleXml([essay])).items[0]!.question).toEqual(essay);
    expect(writeGift([essay])).toContain("The expected answer is not in this file");
    expect(parseGift(writeGift([essay])).items[0]!.question).toEqual({ ...essay, key: null });
  });
});

const only = (content: string) => readQuestions(content).items[0]!;

describe("GIFT as Moodle writes it", () => {
  it("reads comments, categories, titles, formats, escapes, weights and feedback", () => {
    const file = readQuestions(
      `\uFEFF// question: 0  name: Switch category to $course$/top
$CATEGORY: $course$/top/Chemistry

// question: 17  name: Water [tag:week1]
::Water\\: basics::[html]<p>H<sub>2</sub>O has\\: {x} \\{y\\} &lt; z?</p>{
	=<p>A \\= B</p>#<p>Right</p>
	~%-33.33333%<p>C \\~ D</p>#
	####<p>It is<br>water</p>
}

Two plus two is {=four =%50%4} in words.

The sun is a star.{T#no#yes}
`.replace("{x} ", ""),
    );
    expect(file.notes).toEqual(["Categories are not kept."]);
    expect(file.items).toMatchObject([
      {
        line: 5,
        question: {
          type: "MULTIPLE_CHOICE",
          text: "H_2O has: {y} < z?",
          options: ["A = B", "C ~ D"],
          places: [0],
          explanation: "It is\nwater",
          tags: ["week1"],
        },
        notes: [
          "Formatting is not kept.",
          "Feedback of single answers is not kept.",
          "The weight -33.33333% of “C ~ D” is not kept: it counts as wrong.",
        ],
      },
      {
        question: { type: "SHORT_ANSWER", text: "Two plus two is _____in words.", accepted: ["four"], key: null },
        notes: ["“4” earns 50% there. It is not kept: a person marks it here."],
      },
      { question: { type: "TRUE_FALSE", places: [0] }, notes: ["Feedback of single answers is not kept."] },
    ]);
  });

  it.each([
    ["Ada {=a -> b =c -> d}", "Matching"],
    ["How many? {#=3:1 =%50%4:1}", "more than one right number"],
    ["How many? {#5..1}", "no numbers in it"],
    ["Read this.", "no answers in"],
    ["Which? {~%50%a ~%20%b ~c}", "add up to 100%"],
    ["Which? {=a =b ~c}", "earns all its marks"],
    ["Which? {=a ~b", "don't match"],
    ["Which? {=a ~}", "options is empty"],
    ["Which? {maybe}", "no answer"],
  ])("says why %s is left out", (content, reason) => {
    expect(only(content)).toMatchObject({ question: null, reason: expect.stringContaining(reason) as string });
  });
});

describe("the types of other programs", () => {
  it.each([
    ["Which? {~%50%a ~%50%b ~%-100%c}", { type: "MULTIPLE_ANSWERS", places: [0, 1], partialCredit: true }, []],
    ["Which? {~%50%a ~%50%b ~c}", { type: "MULTIPLE_ANSWERS", places: [0, 1] }, ["Its weights are not kept"]],
    ["How many? {#3:1}", { type: "NUMERIC", answer: "3", tolerance: "1" }, []],
    ["How many? {#1.5..2}", { type: "NUMERIC", answer: "1.75", tolerance: "0.25" }, []],
    ["Who? {=Ada =Ada Lovelace}", { type: "SHORT_ANSWER", accepted: ["Ada", "Ada Lovelace"] }, []],
    ["Who? {=Ada*}", { type: "SHORT_ANSWER", accepted: ["Ada*"] }, ["A * stands for itself"]],
  ])("reads %s", (content, read, notes) => {
    const item = only(content);
    expect(item.question).toMatchObject(read);
    expect(item.notes).toEqual(notes.map((note) => expect.stringContaining(note) as string));
  });

  it("reads a number of Moodle XML without its units", () => {
    const item = only(
      quiz(`<question type="numerical">${text("questiontext", "How far?")}<answer fraction="100"><text>3.14</text>
        <tolerance>0.01</tolerance></answer><units><unit><multiplier>1</multiplier><unit_name>m</unit_name></unit></units></question>`),
    );
    expect(item.question).toMatchObject({ type: "NUMERIC", answer: "3.14", tolerance: "0.01" });
    expect(item.notes).toEqual(["Units are not kept: a student writes the number alone."]);
  });
});

const quiz = (inner: string) => `<?xml version="1.0" encoding="UTF-8"?>\n<quiz>${inner}</quiz>`;
const text = (name: string, value: string) => `<${name} format="html"><text><![CDATA[${value}]]></text></${name}>`;

describe("Moodle XML as Moodle writes it", () => {
  it("reads CDATA, weights and marks, and notes what it can't keep", () => {
    const file = readQuestions(
      quiz(`<!-- question: 0 --><question type="category"><category><text>top</text></category></question>
      <question type="multichoice"><name><text>Salt</text></name>
        ${text("questiontext", "<p>Which <b>salt</b>? <img src='@@PLUGINFILE@@/a.png' alt='a jar'></p>")}
        ${text("generalfeedback", "<p>NaCl &amp; more</p>")}<defaultgrade>2.0000000</defaultgrade><single>true</single>
        ${text("correctfeedback", "Well done")}
        <answer fraction="100" format="html"><text>&lt;p&gt;NaCl&lt;/p&gt;</text><feedback><text>yes</text></feedback></answer>
        <answer fraction="33.33333" format="html"><text>KCl</text></answer></question>
      <question type="matching"><name><text>Pairs</text></name></question>
      <question type="constructor"/>
      <question type="truefalse"><questiontext><text>Is it?</text></questiontext><defaultgrade>0.5</defaultgrade>
        <answer fraction="0"><text>true</text></answer><answer fraction="100"><text>false</text></answer></question>`),
    );
    expect(file.notes).toEqual(["Categories are not kept."]);
    expect(file.items[0]).toMatchObject({
      question: {
        text: "Which salt? [image: a jar]",
        marks: 2,
        options: ["NaCl", "KCl"],
        places: [0],
        explanation: "NaCl & more",
      },
      notes: [
        "Formatting is not kept.",
        "An embedded image is not kept.",
        "Feedback of single answers is not kept.",
        "The weight 33.33333% of “KCl” is not kept: it counts as wrong.",
        "Combined feedback is not kept.",
      ],
    });
    expect(file.items.slice(1).map(({ title, reason }) => [title, reason])).toEqual([
      ["Pairs", "Matching questions can't be imported. Write it as several multiple choice questions."],
      ["Untitled", "Questions of the type “constructor” can't be imported."],
      ["Untitled", "Its marks are “0.5”. Marks are whole numbers here: change the default mark."],
    ]);
  });
});

describe("a hostile file", () => {
  it.each([
    ["an external entity", `<!DOCTYPE quiz [<!ENTITY x SYSTEM "file:///etc/passwd">]><quiz>&x;</quiz>`, /document type/],
    ["an unknown entity", quiz("<question>&boom;</question>"), /damaged/],
    ["damaged XML", quiz("<question>"), /damaged \(line 2\)/],
    ["another kind of XML", "<?xml version='1.0'?><assessmentItem/>", /not Moodle XML/],
    ["deep nesting", quiz("<a>".repeat(5000)), /nested deeper/],
    ["5 MB", "a".repeat(5 * 1024 * 1024 + 1), /larger than 5 MB/],
    ["1,001 questions", "Is it?{T}\n\n".repeat(1001), /more than 1,000/],
    ["1,001 questions in XML", quiz('<question type="essay"/>'.repeat(1001)), /more than 1,000/],
    ["bytes", "PK\0\0", /not a text file/],
    ["nothing", " \n", /Choose a file/],
  ])("with %s is refused in a sentence", (_, content, says) => {
    expect(() => readQuestions(content)).toThrow(says);
  });

  it("becomes plain text without its scripts, and says so", () => {
    const hostile = `<p onclick="x()">Is it?</p><script>alert(1)</script><svg/onload=alert(2)>`;
    const { question: read, notes } = only(quiz(`<question type="essay">${text("questiontext", hostile)}</question>`));
    expect(read!.text).toBe("Is it?");
    expect(notes).toContain("An embedded script element is not kept.");
    expect(only("[html]Is it?<script>alert(1)</script>{T}").question!.text).toBe("Is it?");
  });

  it("is read in time that grows with its size only", () => {
    const started = Date.now();
    for (const part of ["\\", "::", "{", "~", "#", "[html]", "<p>", "&lt;"]) readQuestions(`x{=${part.repeat(300_000)}`);
    expect(Date.now() - started).toBeLessThan(10_000);
  });
});
