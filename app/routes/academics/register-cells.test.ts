import { describe, expect, it } from "vitest";
import { changedCells } from "./register-cells.ts";

const ann = "018f0000-0000-7000-8000-00000000000a";
const seen = (status: string, reason = "", version = "1") => JSON.stringify({ status, reason, version });

describe("the changed cells of a register", () => {
  it("are those whose mark is another, with the version that was seen", () => {
    const values = {
      [`status:${ann}:AM`]: "ABSENT",
      [`seen:${ann}:AM`]: seen("PRESENT"),
      [`status:${ann}:PM`]: "PRESENT",
      [`seen:${ann}:PM`]: seen("PRESENT"),
      [`reason:${ann}`]: "Ill",
      [`seen-reason:${ann}`]: "",
      date: "2026-03-02",
    };
    expect(changedCells(values)).toEqual([{ userId: ann, session: "AM", status: "ABSENT", reason: "Ill", version: "1" }]);
  });

  it("take a new reason of the row for every mark of someone who was not there on time", () => {
    const values = {
      [`status:${ann}:AM`]: "ABSENT",
      [`seen:${ann}:AM`]: seen("ABSENT", "Ill"),
      [`status:${ann}:PM`]: "LATE",
      [`seen:${ann}:PM`]: seen("LATE", "Bus"),
      [`reason:${ann}`]: "Doctor",
      [`seen-reason:${ann}`]: "Ill",
    };
    expect(changedCells(values).map((cell) => [cell.session, cell.reason])).toEqual([
      ["AM", "Doctor"],
      ["PM", "Doctor"],
    ]);
  });

  it("leave two reasons of one row as they are while nobody types another", () => {
    const values = {
      [`status:${ann}:AM`]: "ABSENT",
      [`seen:${ann}:AM`]: seen("ABSENT", "Ill"),
      [`status:${ann}:PM`]: "LATE",
      [`seen:${ann}:PM`]: seen("LATE", "Bus"),
      [`reason:${ann}`]: "Ill",
      [`seen-reason:${ann}`]: "Ill",
    };
    expect(changedCells(values)).toEqual([]);
  });

  it("hold a mark that is taken away, and nothing that is no mark", () => {
    const values = { [`status:${ann}:AM`]: "", [`seen:${ann}:AM`]: seen("LATE", "Bus"), [`status:${ann}:NIGHT`]: "LATE" };
    expect(changedCells(values)).toEqual([{ userId: ann, session: "AM", status: "", reason: "", version: "1" }]);
  });
});
