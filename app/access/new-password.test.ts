import { expect, it } from "vitest";
import { checkNewPassword } from "./new-password.server.ts";

const person = { email: "olive.oakfield@north.example", name: "Olive Oakfield" };
const choose = (password: string) => () => checkNewPassword(password, password, person);

it("common passwords, patterns and words of the person or the product are refused, however long", () => {
  const weak = [
    "password1234",
    "123456789012",
    "qwertyuiop123",
    "aaaaaaaaaaaaaaaaaaaa",
    "passwordpassword",
    "P@ssw0rd1234",
    "iloveyou1234",
    "invigilinvigil",
    "invigil.invigil",
    "olive.oakfield",
    "oakfield2026",
  ];
  for (const password of weak) expect(choose(password), password).toThrow(/easy to guess/);
  expect(choose("short")).toThrow("Use at least 12 characters");
  expect(choose("x7#kQp2!".repeat(200))).toThrow("Use at most 1024 characters");
});

it("a few plain words, or what a password manager makes, are taken", () => {
  for (const password of ["a long enough one", "correct horse battery", "x7#kQp2!mmZt", "Der Tee im Schrank ist alle"])
    expect(choose(password), password).not.toThrow();
});

it("a very long password is looked at quickly", () => {
  const started = performance.now();
  expect(choose("ab1!".repeat(256))).toThrow(/easy to guess/);
  expect(performance.now() - started).toBeLessThan(3000);
});
