import { count, decimal } from "~/platform/format.ts";
import { Dropdown } from "~/ui/layout/dropdown.tsx";

/** `1 in 400 million`, as a committee reads a probability. */
export function oneIn(log10p: number): string {
  const n = 10 ** -log10p;
  if (n < 10) return `1 in ${decimal(n, 1)}`;
  if (n < 1e6) return `1 in ${count(Number(n.toPrecision(2)))}`;
  const names: [number, string][] = [
    [15, "quadrillion"],
    [12, "trillion"],
    [9, "billion"],
    [6, "million"],
  ];
  const [power, name] = names.find(([p]) => -log10p >= p)!;
  return -log10p >= 18 ? `1 in 10^${Math.floor(-log10p)}` : `1 in ${count(Number((n / 10 ** power).toPrecision(2)))} ${name}`;
}

export function Method() {
  return (
    <Dropdown
      summary="method"
      summaryClassName="text-[12px] text-muted hover:text-ink"
      panelClassName="right-0 mt-1 w-[min(520px,85vw)] p-3 text-[12px] text-ink"
    >
      <p>
        <b>Same errors and differences</b> (Harpp and Hogan): EEIC counts questions that both answered wrong with the same option,
        D those they answered differently. A question that either left blank counts for neither. Where D is 0, EEIC/D is written
        as 999.
      </p>
      <p className="mt-2">
        <b>By chance</b> (generalized binomial test): for each question, the chance that two people choose the same option, from
        the choices of all who were as able as each of them in this exam. Ability is judged by the answers given, so that whoever
        ran out of time is not taken for weak. How likely this many matches or more are follows exactly from these chances.
        Whoever agrees with many others too, as students of one teacher may, is held against that.
      </p>
      <p className="mt-2">
        <b>Expected pairs</b>: that probability times the number of all pairs. A pair stands out when fewer than 0.05 such pairs
        are expected in the whole exam, and at least three of the shared answers are wrong. The exam is run again without copying;
        where that flags more than one pair in twenty exams, a stricter limit is used. Who sat side by side is also compared among
        neighbours only, with half of the limit. A pair with one member of such a group is also held against the pairs with its
        members only; that is weaker, is shown apart, and is worth no points.
      </p>
      <p className="mt-2">
        <b>Left out</b>: questions whose key looks wrong, and answers given in a pattern without reading (one letter throughout,
        ABCDABCD). They are the same for many who never met.
      </p>
    </Dropdown>
  );
}
