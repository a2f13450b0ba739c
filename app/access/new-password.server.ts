import { ZxcvbnFactory } from "@zxcvbn-ts/core";
import { adjacencyGraphs, dictionary } from "@zxcvbn-ts/language-common";
import { Invalid } from "~/platform/errors.ts";
import { singleton } from "~/platform/singleton.ts";

const MIN_LENGTH = 12;
const MAX_LENGTH = 1024;
/** zxcvbn's scale from 0 to 4: 3 is safe against guessing where guesses are throttled. */
const MIN_SCORE = 3;
/** More is not looked at: what is longer than this is not weak for what comes after. */
const LOOKED_AT = 100;

/** Knows the 49,000 most common passwords, keyboard rows, repeats, dates, and letters written as digits. */
const estimator = () =>
  singleton("access.zxcvbn", () => new ZxcvbnFactory({ dictionary: { ...dictionary }, graphs: adjacencyGraphs }));

/** What an attacker tries first: the product's name, and the person's own. */
function contextWords({ email, name }: { email: string; name: string }): string[] {
  const local = email.split("@")[0] ?? "";
  return ["invigil", "password", "exam", "proctor", email, local, ...local.split(/[^a-z0-9]+/i), ...name.split(/\s+/)]
    .map((word) => word.toLowerCase())
    .filter((word) => word.length > 2);
}

const LEAST_OF_ONES_OWN = 6;

/** Such words one after the other are as guessable as one of them. */
function isMadeOf(words: string[], password: string): boolean {
  const rest = words.reduce((left, word) => left.replaceAll(word, " "), password.toLowerCase());
  return rest.replaceAll(/[^\p{L}\p{N}]/gu, "").length < LEAST_OF_ONES_OWN && /[\p{L}\p{N}]/u.test(password);
}

/** Whether a password may be chosen: long enough, not a common one, not made of the person's name. */
export function checkNewPassword(password: string, again: string, person: { email: string; name: string }): void {
  const refuse = (says: string) => new Invalid(says, { password: [says] });
  if (password.length < MIN_LENGTH) throw refuse(`Use at least ${MIN_LENGTH} characters`);
  if (password.length > MAX_LENGTH) throw refuse(`Use at most ${MAX_LENGTH} characters`);
  if (password !== again) throw new Invalid("The passwords do not match", { again: ["Does not match"] });
  const words = contextWords(person);
  if (estimator().check(password.slice(0, LOOKED_AT), words).score < MIN_SCORE || isMadeOf(words, password))
    throw refuse("This password is easy to guess. Choose one that is not a common word, a name or a pattern.");
}
