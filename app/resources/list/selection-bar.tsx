import { Form, useSearchParams } from "@remix-run/react";
import { about, count } from "~/platform/format.ts";
import { Button } from "~/ui/form/form.tsx";
import { SelectionBar as Bar } from "~/ui/layout/selection-bar.tsx";
import { filterParams } from "../query.ts";
import { Hidden } from "./link.tsx";
import type { ListProps } from "./props.ts";

/** Rises from below and says what an act would touch: the chosen rows, or all that the filter finds. */
export function SelectionBar(
  props: ListProps & { selected: ReadonlySet<string>; whole: boolean; setWhole: (whole: boolean) => void; clear: () => void },
) {
  const { resource, selected, whole, setWhole, total, clear } = props;
  const [params] = useSearchParams();
  const n = whole ? total.n : selected.size;
  return (
    <Bar open>
      <Form action={`/data/${resource.name}/bulk`} className="flex w-full flex-wrap items-center gap-2">
        {whole ? (
          <Hidden params={filterParams(params)} without={[]} />
        ) : (
          [...selected].map((id) => <input key={id} type="hidden" name="id" value={id} />)
        )}
        <span className="font-[560]">
          {whole && !total.exact ? about(n) : count(n)} {n === 1 ? resource.one.toLowerCase() : resource.many.toLowerCase()}
        </span>
        {!whole && total.n > selected.size && (
          <button type="button" className="link" onClick={() => setWhole(true)}>
            all {total.exact ? count(total.n) : about(total.n)} of this filter
          </button>
        )}
        <span className="ml-auto flex flex-wrap gap-2">
          {(props.trash ? resource.trashActs : resource.bulk).map((act) => (
            <Button key={act.key} type="submit" name="act" value={act.key} tone={act.danger ? "danger" : "plain"}>
              {act.label}…
            </Button>
          ))}
          <Button onClick={clear}>Clear selection</Button>
        </span>
      </Form>
    </Bar>
  );
}
