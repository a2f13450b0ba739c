import { describe, expect, it } from "vitest";
import { changedGrades } from "./gradebook-cells.ts";

const ann = "018f0000-0000-7000-8000-00000000000a";
const seen = (score: string, date = "2030-03-01") => JSON.stringify({ score, date, version: "1" });
const column = { "component:0": "Quiz 1", "date:0": "2030-03-01" };
const field = `score:${ann}:0`;

describe("the changed cells of a grade book", () => {
  it("are those with another grade, with the version that was seen", () => {
    expect(changedGrades({ ...column, [field]: "8,5", [`seen:${ann}:0`]: seen("8") })).toEqual([
      { userId: ann, component: "Quiz 1", date: "2030-03-01", score: "8.5", version: "1", field },
    ]);
  });

  it("leave a grade that is written another way, and what was empty", () => {
    expect(changedGrades({ ...column, [field]: "8.50", [`seen:${ann}:0`]: seen("8.5") })).toEqual([]);
    expect(changedGrades({ ...column, [field]: " " })).toEqual([]);
  });

  it("hold a grade that is taken away, one that is new, and one whose column has another day", () => {
    expect(changedGrades({ ...column, [field]: "", [`seen:${ann}:0`]: seen("8") })[0]).toMatchObject({ score: "", version: "1" });
    expect(changedGrades({ ...column, [field]: "7" })[0]).toMatchObject({ score: "7", version: "" });
    expect(changedGrades({ ...column, "date:0": "2030-03-02", [field]: "8", [`seen:${ann}:0`]: seen("8") })).toHaveLength(1);
  });

  it("hold what is no number as it was typed: the refusal stands beside it", () => {
    expect(changedGrades({ ...column, [field]: "good" })[0]).toMatchObject({ score: "good", field });
  });
});
