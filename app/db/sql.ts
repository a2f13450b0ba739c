/**
 * SQL as a tagged template: what is interpolated becomes a parameter, never text. Fragments nest.
 * `raw` is for words of our own source only, `ident` for names that come from a closed list.
 */
export class Sql {
  constructor(
    readonly strings: readonly string[],
    readonly values: readonly unknown[],
  ) {}

  get text(): string {
    return this.strings.reduce((text, part, index) => (index === 0 ? part : `${text}$${index}${part}`), "");
  }
}

export function sql(strings: TemplateStringsArray, ...values: unknown[]): Sql {
  const outStrings: string[] = [strings[0]!];
  const outValues: unknown[] = [];
  values.forEach((value, index) => {
    const tail = strings[index + 1]!;
    if (value instanceof Sql) {
      outStrings[outStrings.length - 1] += value.strings[0]!;
      outStrings.push(...value.strings.slice(1));
      outValues.push(...value.values);
      outStrings[outStrings.length - 1] += tail;
    } else {
      outValues.push(value);
      outStrings.push(tail);
    }
  });
  return new Sql(outStrings, outValues);
}

export const raw = (text: string) => new Sql([text], []);

/** A closed list of our own source as literals (`state in ${literals(OPEN)}`): a parameter would not match a partial index. */
export const literals = (names: readonly string[]) =>
  raw(`(${names.map((name) => `'${name.replaceAll("'", "''")}'`).join(", ")})`);

export const ident = (name: string) => raw(`"${name.replaceAll('"', '""')}"`);

export const empty = raw("");

export function join(parts: readonly Sql[], separator = ", "): Sql {
  return parts.reduce((all, part, index) => (index === 0 ? part : sql`${all}${raw(separator)}${part}`), empty);
}

export const and = (parts: readonly Sql[]) => (parts.length === 0 ? raw("true") : join(parts, " AND "));
