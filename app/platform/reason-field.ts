import { z } from "zod";

/** Why somebody does it, in their own words: what a form asks for, and the audit log keeps. */
export const reasonField = z.string().trim().min(3, "Enter a reason").max(500, "At most 500 characters");
