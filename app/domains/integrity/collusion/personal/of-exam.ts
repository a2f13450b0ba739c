import { chancesOf, type Chances } from "../gbt.ts";
import { normalQuantile } from "../normal.ts";
import { BLANK, type Responses } from "../responses.ts";
import { k2, s1, type Group } from "./matching-errors.ts";
import { omega } from "./omega.ts";
import { lzStar, u3 } from "./person-fit.ts";

/** From one student's side: the other's answers taken as given. */
export type OneWay = { omega: number | null; k2: number | null; s1: number | null };
type PairIndices = { a: number; b: number; ofA: OneWay; ofB: OneWay };
export type Fit = { u3: number | null; lz: number | null };

/** Too few students for a curve over ability say nothing about one of them. */
const LEAST_STUDENTS = 100;

/** ω, K2 and S1 of these pairs from both sides, and the person fit of these students; null where an exam is too small. */
export function personalIndices(
  r: Responses,
  pairs: readonly { a: number; b: number }[],
  students: readonly number[],
): { pairs: PairIndices[]; fit: Map<number, Fit> } | null {
  if (r.students < LEAST_STUDENTS || r.items === 0) return null;
  const chances = chancesOf(r);
  const wrong = wrongCounts(r);
  const easiness = easinessOf(r);
  return {
    pairs: pairs.map(({ a, b }) => ({ a, b, ofA: oneWay(r, chances, wrong, a, b), ofB: oneWay(r, chances, wrong, b, a) })),
    fit: new Map(students.map((student) => [student, fitOf(r, chances, easiness, student)])),
  };
}

const pick = (r: Responses, student: number, item: number) => r.picks[student * r.items + item]!;

function wrongCounts(r: Responses): Uint16Array {
  const wrong = new Uint16Array(r.students);
  for (let s = 0; s < r.students; s++)
    for (let i = 0; i < r.items; i++) if (pick(r, s, i) !== BLANK && pick(r, s, i) !== r.key[i]) wrong[s]!++;
  return wrong;
}

function easinessOf(r: Responses): number[] {
  return Array.from({ length: r.items }, (_, item) => {
    let [right, given] = [0.5, 1];
    for (let s = 0; s < r.students; s++) {
      if (pick(r, s, item) === BLANK) continue;
      given++;
      if (pick(r, s, item) === r.key[item]) right++;
    }
    return right / given;
  });
}

const chanceOf = ({ groupOf, curves }: Chances, r: Responses, student: number, item: number, option: number) =>
  curves.p[(groupOf[student]! * r.items + item) * curves.width + option]!;

function oneWay(r: Responses, chances: Chances, wrong: Uint16Array, student: number, source: number): OneWay {
  const matched: boolean[] = [];
  const expected: number[] = [];
  const errors: number[] = [];
  for (let i = 0; i < r.items; i++) {
    const theirs = pick(r, source, i);
    const own = pick(r, student, i);
    if (theirs === BLANK || own === BLANK) continue;
    matched.push(own === theirs);
    expected.push(chanceOf(chances, r, student, i, theirs));
    if (theirs !== r.key[i]) errors.push(i);
  }
  const shared = (who: number) => errors.filter((item) => pick(r, who, item) === pick(r, source, item)).length;
  const groups = new Map<number, { students: number; sum: number }>();
  for (let s = 0; s < r.students; s++) {
    // Neither of the two is a part of what others do.
    if (s === student || s === source) continue;
    const group = groups.get(wrong[s]!) ?? { students: 0, sum: 0 };
    groups.set(wrong[s]!, { students: group.students + 1, sum: group.sum + shared(s) });
  }
  const list = [...groups].map(([count, { students, sum }]): Group => ({ wrong: count, students, shared: sum / students }));
  const given = { items: r.items, sourceWrong: errors.length, wrong: wrong[student]!, shared: shared(student) };
  return { omega: omega(matched, expected), k2: k2(list, given), s1: s1(list, given) };
}

/** Ability on a normal scale, from the group: the slope of a curve is taken between the groups around. */
function fitOf(r: Responses, { groups, groupOf, curves }: Chances, easiness: number[], student: number): Fit {
  const right: boolean[] = [];
  const easy: number[] = [];
  const p: number[] = [];
  const slope: number[] = [];
  const theta = (group: number) => -normalQuantile((group + 0.5) / groups);
  const own = groupOf[student]!;
  const [below, above] = [Math.max(0, own - 2), Math.min(groups - 1, own + 2)];
  const chance = (group: number, item: number) =>
    Math.min(0.995, Math.max(0.005, curves.p[(group * r.items + item) * curves.width + r.key[item]!]!));
  for (let i = 0; i < r.items; i++) {
    if (pick(r, student, i) === BLANK || r.key[i]! < 0) continue;
    right.push(pick(r, student, i) === r.key[i]);
    easy.push(easiness[i]!);
    p.push(chance(own, i));
    slope.push(above > below ? Math.max(0, (chance(above, i) - chance(below, i)) / (theta(above) - theta(below))) : 0);
  }
  return { u3: u3(right, easy), lz: lzStar(right, p, slope) };
}
