import { Form } from "@remix-run/react";
import { QUESTION_TYPES, TYPE_LABELS } from "~/domains/exams/authoring/question-types.ts";
import { LinkButton } from "~/ui/form/link-button.tsx";

export type BankFilter = { q: string; type: string; difficulty: string; tag: string };
type Props = { filter: BankFilter; tags: { tag: string; questions: number }[] };

function Choice(props: { name: keyof BankFilter; label: string; chosen: string; options: [value: string, label: string][] }) {
  return (
    <select name={props.name} aria-label={props.label} defaultValue={props.chosen} className="input !w-auto">
      <option value="">{props.label}: any</option>
      {props.options.map(([value, label]) => (
        <option key={value} value={value}>
          {label}
        </option>
      ))}
    </select>
  );
}

/** What one looks for in the bank; the address holds it. */
export function BankFilters({ filter, tags }: Props) {
  const chosen = Object.values(filter).some((value) => value !== "");
  return (
    <Form method="get" role="search" className="flex flex-wrap items-center gap-2 px-3.5 py-2.5" key={JSON.stringify(filter)}>
      <input
        name="q"
        type="search"
        aria-label="Search questions"
        placeholder="Search questions, options, tags"
        defaultValue={filter.q}
        className="input min-w-0 flex-1 basis-52"
      />
      <Choice name="type" label="Type" chosen={filter.type} options={QUESTION_TYPES.map((type) => [type, TYPE_LABELS[type]])} />
      <Choice
        name="difficulty"
        label="Difficulty"
        chosen={filter.difficulty}
        options={[
          ["EASY", "Easy"],
          ["MEDIUM", "Medium"],
          ["HARD", "Hard"],
        ]}
      />
      {tags.length > 0 && (
        <Choice
          name="tag"
          label="Tag"
          chosen={filter.tag}
          options={tags.map(({ tag, questions }) => [tag, `${tag} (${questions})`])}
        />
      )}
      <button className="control">Search</button>
      {chosen && <LinkButton to=".">Clear</LinkButton>}
    </Form>
  );
}
