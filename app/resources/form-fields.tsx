import { Checkbox, Input, Labelled, Select, Textarea, useFormRefusal } from "~/ui/form/form.tsx";
import { Suggestions, useSuggestions } from "./suggestions.tsx";
import { decimalsOf, SCALE } from "./scale.ts";
import type { FieldView, ResourceView } from "./view.ts";

type Props = {
  resource: ResourceView;
  editing?: boolean;
  values?: Record<string, unknown>;
  labels?: Record<string, Record<string, string>>;
};

/** The mark is drawn, not written: a label stays the words that it is. */
const MARKED = "[&_label]:after:text-bad [&_label]:after:content-['_*']";

const needed = (field: FieldView) => field.required && field.kind !== "bool" && field.kind !== "list";

const WIDE: ReadonlySet<FieldView["kind"]> = new Set(["longtext", "list", "json"]);

/** One widget per field, by its kind. */
export function FormFields({ resource, editing = false, values = {}, labels = {} }: Props) {
  return (
    <div className="grid gap-3 sm:grid-cols-2">
      {resource.fields
        .filter((field) => resource.writable.includes(field.key) && !(editing && resource.fixed.includes(field.key)))
        .map((field) => (
          <div key={field.key} className={`${WIDE.has(field.kind) ? "sm:col-span-2" : ""} ${needed(field) ? MARKED : ""}`}>
            <Widget field={field} value={values[field.key]} label={labels[field.key]?.[String(values[field.key])]} />
          </div>
        ))}
    </div>
  );
}

/** As it is typed: money and fractions as decimals, times in UTC, JSON over several lines. */
export function asTyped(field: FieldView, value: unknown): string {
  if (value === null || value === undefined) return "";
  const decimals = decimalsOf(field.kind);
  if (decimals > 0) return (Number(value) / SCALE[field.kind]!).toFixed(decimals);
  if (field.kind === "moment") return new Date(String(value)).toISOString().slice(0, 16);
  if (field.kind === "list") return (value as string[]).join("\n");
  if (field.kind === "json") return typeof value === "string" ? value : JSON.stringify(value, null, 2);
  return String(value);
}

function Widget({ field, value, label }: { field: FieldView; value: unknown; label?: string }) {
  const common = {
    label: field.label,
    name: field.key,
    hint: field.hint,
    defaultValue: asTyped(field, value),
    required: needed(field),
  };
  switch (field.kind) {
    case "longtext":
      return <Textarea {...common} />;
    case "list":
      return <Textarea {...common} hint="One on each line" />;
    case "json":
      return (
        <Textarea {...common} hint={field.hint ?? 'JSON, for example {"words": ["one", "two"]}'} rows={6} spellCheck={false} />
      );
    case "bool":
      return (
        <Checkbox
          label={field.label}
          name={field.key}
          hint={field.hint}
          defaultChecked={value === undefined ? field.key === "isActive" : value === true}
        />
      );
    case "choice":
      return (
        <Select
          {...common}
          options={[
            ...(field.required || value ? [] : [{ value: "", label: "" }]),
            ...(field.accepts ?? field.options ?? []).map((option) => ({
              value: option,
              label: option.charAt(0) + option.slice(1).toLowerCase().replaceAll("_", " "),
            })),
          ]}
        />
      );
    case "ref":
      return <RefInput field={field} value={typeof value === "string" ? value : ""} label={label} />;
    case "date":
      return <Input {...common} type="date" />;
    case "moment":
      return <Input {...common} type="datetime-local" hint={field.hint ?? "UTC"} />;
    case "int":
    case "money":
    case "hundredths":
    case "thousandths":
      return <Input {...common} inputMode="decimal" />;
    default:
      return <Input {...common} />;
  }
}

/** A name, an e-mail, a number or an id, resolved on the server; with JavaScript it suggests while one types. */
function RefInput({ field, value, label }: { field: FieldView; value: string; label?: string }) {
  const refused = useFormRefusal();
  const { found, search } = useSuggestions(field.to);
  return (
    <Labelled
      label={field.label}
      hint={label ? `Now: ${label}` : "A name, an e-mail, a number or an id"}
      error={refused?.fields?.[field.key]?.[0]}
    >
      {(ids) => (
        <>
          <input
            {...ids}
            key={refused ? "typed" : "fresh"}
            name={field.key}
            list={`${ids.id}-list`}
            className="input"
            required={needed(field)}
            autoComplete="off"
            defaultValue={refused?.values?.[field.key] ?? value}
            onInput={(event) => search(event.currentTarget.value)}
          />
          <Suggestions id={`${ids.id}-list`} found={found} />
        </>
      )}
    </Labelled>
  );
}
