import pg from "pg";

// bigint and numeric arrive as JavaScript numbers: counts, sizes and money in minor units stay far below 2^53,
// and a value beyond it is an error rather than a silently rounded one.
const exactNumber = (text: string): number => {
  const value = Number(text);
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) throw new RangeError(`${text} is too large to be exact`);
  return value;
};

/** int8 as a number; numeric as a number; date as the text it is (a day has no time zone). */
export const typeParsers: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: "text" | "binary") => {
    if (oid === 20) return exactNumber;
    if (oid === 1700) return Number;
    if (oid === 1082) return (text: string) => text;
    return pg.types.getTypeParser(oid, format as "text");
  }) as pg.CustomTypesConfig["getTypeParser"],
};
