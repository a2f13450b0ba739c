import "~/domains/resources.ts";
import { Panel } from "~/ui/layout/panel.tsx";

export function Sample({ header, sample }: { header: string[]; sample: { line: number; cells: string[] }[] }) {
  return (
    <Panel title="Preview">
      <dl className="flex flex-col gap-2">
        {header.map((name, index) => (
          <div key={name}>
            <dt className="text-[12px] text-muted">{name}</dt>
            <dd className="truncate">{sample.map((line) => line.cells[index] || "–").join(" · ")}</dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}
