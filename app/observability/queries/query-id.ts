import { z } from "zod";

const fits = (text: string) => /^-?\d{1,19}$/.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text);

/** What pg_stat_statements calls a statement: a signed number of 64 bits. */
export const queryIdInput = z.string().refine(fits, "Not a statement ID");
