import { describe, expect, it } from "vitest";
import { mask } from "./mask.ts";

// Breaks when anything that a person typed survives.
describe("masking", () => {
  it.each([
    ["select * from u where email = 'ana@x.org' and id = 42", "select * from u where email = ? and id = ?"],
    ["select 'it''s', E'a\\'b', $$secret$$, $tag$ se$$cret $tag$, X'ff'", "select ?, ?, ?, ?, ?"],
    ['select "Name 1", t1.col2, $1, $12 from t1', 'select "Name 1", t1.col2, $1, $12 from t1'],
    ["select 1.5e10, .5, -3 /* ana */ -- bob\nfrom t", "select ?, ?, -?    \nfrom t"],
    ["select 'cut off in the mid", "select ?"],
    ["select E'cut \\' off", "select ?"],
    ["set password to 'hunter2'", "set password to ?"],
    ["select U&'d\\0061ta', N'x', naïve from t", "select ?, ?, naïve from t"],
  ])("%s", (from, to) => {
    expect(mask(from)).toBe(to);
  });
});
