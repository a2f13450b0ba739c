import { describe, expect, it } from "vitest";
import { contentOf, faultOfText } from "./content.server.ts";
import { imageReference, partsOf } from "./rich-text.ts";

const formula = (tex: string, display = false) => ({ kind: "formula", tex, display });
const words = (text: string) => ({ kind: "text", text });
const ID = "019ac000-0000-7000-8000-000000000001";

describe("the parts of a text", () => {
  it.each([
    ["It costs $5 and $10.", [words("It costs $5 and $10.")]],
    ["Is $x^2$ even?", [words("Is "), formula("x^2"), words(" even?")]],
    ["$$\\frac12$$", [formula("\\frac12", true)]],
    ["\\(a\\) and \\[b\\]", [formula("a"), words(" and "), formula("b", true)]],
    ["Five \\$ and $a\\$b$", [words("Five $ and "), formula("a\\$b")]],
    ["$x$5", [words("$x$5")]],
    ["$ x $, $$ $$, $", [words("$ x $, $$ $$, $")]],
    [`See ![a map](image:${ID}).`, [words("See "), { kind: "image", id: ID, alt: "a map" }, words(".")]],
    ["![a map](https://evil.example/x.png)", [words("![a map](https://evil.example/x.png)")]],
    ["![a](image:../../etc/passwd)", [words("![a](image:../../etc/passwd)")]],
  ])("of %s", (text, parts) => {
    expect(partsOf(text)).toEqual(parts);
  });

  it("are found in time that grows with the length only", () => {
    const started = Date.now();
    for (const part of ["$", "$$", "\\(", "![", "$a", "\\"]) partsOf(part.repeat(10_000 / part.length));
    expect(Date.now() - started).toBeLessThan(2000);
  });
});

describe("a formula", () => {
  const html = (text: string) => contentOf(text).map((part) => (part.kind === "formula" ? part.html : null))[0];

  it("is set for the eye and for a screen reader", () => {
    expect(html("$x^2$")).toContain('<span class="katex-html" aria-hidden="true">');
    expect(html("$x^2$")).toContain("<math");
    expect(html("$$x$$")).toContain("katex-display");
  });

  it.each([
    ["$\\href{javascript:alert(1)}{x}$", "\\href is not allowed"],
    ["$\\url{https://evil.example}$", "\\url is not allowed"],
    ["$\\includegraphics{https://evil.example/x.png}$", "\\includegraphics is not allowed"],
    ["$\\htmlClass{x}{y}$", "HTML extension is disabled"],
    ["$\\htmlStyle{position:fixed}{y}$", "HTML extension is disabled"],
    ["$\\frac{1}$", "can't be typeset"],
    ["$\\nosuch$", "can't be typeset"],
    ["$\\def\\a{\\a\\a}\\a$", "can't be typeset"],
  ])("%s is refused by its name, and shown as it was typed", (text, says) => {
    expect(faultOfText(`Is it? ${text}`)).toContain(says);
    expect(html(text)).toBeNull();
  });

  it("never carries markup that somebody wrote", () => {
    const hostile = contentOf('<script>alert(1)</script> $\\text{<img src=x onerror=alert(1)>}$ $"<svg onload=x>$');
    for (const part of hostile) if (part.kind === "formula") expect(part.html ?? "").not.toMatch(/<(script|img|svg onload)/i);
    expect(hostile[0]).toEqual(words("<script>alert(1)</script> "));
  });
});

it("an image says what it shows", () => {
  expect(faultOfText(`![](image:${ID})`)).toContain("what the image shows");
  expect(faultOfText(imageReference(ID, "a [map]\n of the port"))).toBeNull();
  expect(partsOf(imageReference(ID, "a [map]"))).toEqual([{ kind: "image", id: ID, alt: "a  map" }]);
});
