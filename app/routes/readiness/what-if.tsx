import { Form, useSearchParams } from "@remix-run/react";
import { LinkButton } from "~/ui/form/link-button.tsx";
import { Button } from "~/ui/form/form.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { Clock } from "~/ui/time/time.tsx";

type Props = { changed: boolean; usable: number | null; exams: readonly { id: string; title: string; start: Date | string }[] };

/** Ticked exams are moved by so many minutes where none were typed. */
export const MOVE_BY = 20;
const LISTED = 60;

/** Other connections, more standbys, exams at another time: in the address, so that a plan can be sent to somebody. */
export function WhatIfForm({ changed, usable, exams }: Props) {
  const [params] = useSearchParams();
  return (
    <Panel title="What if">
      <Form className="flex flex-col gap-3" key={params.toString()}>
        <label className="flex flex-col gap-1">
          Usable connections
          <input
            className="input"
            name="connections"
            inputMode="numeric"
            defaultValue={params.get("connections") ?? ""}
            placeholder={usable === null ? "" : String(usable)}
          />
        </label>
        <label className="flex flex-col gap-1">
          Extra read standbys
          <input
            className="input"
            name="replicas"
            inputMode="numeric"
            defaultValue={params.get("replicas") ?? ""}
            placeholder="0"
          />
        </label>
        <label className="flex flex-col gap-1">
          Move selected exams by (min)
          <input
            className="input"
            name="minutes"
            inputMode="numeric"
            defaultValue={params.get("minutes") ?? ""}
            placeholder={String(MOVE_BY)}
          />
        </label>
        <details>
          <summary className="w-fit text-muted">Filter exams</summary>
          <div className="mt-2 flex max-h-52 flex-col gap-1 overflow-y-auto" tabIndex={0} role="group" aria-label="Exams to move">
            {exams.slice(0, LISTED).map((exam) => (
              <label key={exam.id} className="flex gap-2">
                <input
                  type="checkbox"
                  name="move"
                  value={exam.id}
                  defaultChecked={params.getAll("move").includes(exam.id)}
                  className="accent-(--accent)"
                />
                <span className="truncate">
                  {exam.title} <Clock at={exam.start} withDay />
                </span>
              </label>
            ))}
            {exams.length > LISTED && <p className="text-muted">The first {LISTED} are listed.</p>}
          </div>
        </details>
        <p className="flex gap-2">
          <Button type="submit" tone="primary">
            Compute
          </Button>
          {changed && <LinkButton to="/readiness">As it is</LinkButton>}
        </p>
        <p className="text-[12px] text-muted">
          A standby is assumed to take 30 % of a student&apos;s cost from the primary: reads only.
        </p>
      </Form>
    </Panel>
  );
}
