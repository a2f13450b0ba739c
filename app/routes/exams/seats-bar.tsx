import { useState } from "react";
import { count, plural } from "~/platform/format.ts";
import { Button } from "~/ui/form/form.tsx";
import { Dropdown } from "~/ui/layout/dropdown.tsx";
import { StopButtons } from "./stop-buttons.tsx";
import { SelectionBar } from "~/ui/layout/selection-bar.tsx";

/** The form around the board: what is outside of it names it. */
export const BOARD = "board";

type Props = {
  /** When something was last done: the fields begin anew. */
  done: number;
  picked: number;
  /** How many of them are paused or locked. */
  stopped: number;
  /** Before JavaScript nobody knows what is selected, so the bar is there. */
  arrived: boolean;
  working: boolean;
  clear: () => void;
  happened: { tone: "ok" | "bad"; says: string } | null;
};

/** Two acts give time: select, and press +5. */
export function SeatsBar({ done, picked, stopped, arrived, working, clear, happened }: Props) {
  const [read, setRead] = useState<typeof happened>(null);
  // What was done is old news for whoever selects someone next; what was refused stays beside what it was refused for.
  if (arrived && picked > 0 && happened?.tone === "ok" && read !== happened) setRead(happened);
  const news = happened === read ? null : happened;
  const acting = !arrived || picked > 0;
  const whom = picked > 0 ? plural(picked, "student") : "selected";
  return (
    <SelectionBar open={acting || news !== null} happened={news}>
      {acting ? (
        <div key={done} className="flex w-full flex-wrap items-center gap-2">
          <span className="font-[560] tabular-nums">{picked > 0 ? `${count(picked)} selected` : "Selected students"}</span>
          {/* Enter in a field presses the first button of its form: this one does nothing. */}
          <button disabled hidden />
          {[5, 10].map((minutes) => (
            <Button
              key={minutes}
              type="submit"
              name="intent"
              value={`time-${minutes}`}
              tone={minutes === 5 ? "primary" : "plain"}
              disabled={working}
              aria-label={`+${minutes} min for ${whom}`}
            >
              +{minutes} min
            </Button>
          ))}
          <Dropdown summary="Custom…" stays="always" panelClassName={`left-0 w-56 ${ABOVE}`}>
            <div className="flex flex-col gap-2">
              <label className="flex flex-col gap-1">
                <span className="text-[12px] text-muted">Minutes</span>
                <input name="minutes" type="number" min={1} max={240} defaultValue={15} className="input" />
              </label>
              <Button type="submit" name="intent" value="time" tone="primary" disabled={working}>
                Add time to {whom}
              </Button>
            </div>
          </Dropdown>
          <StopButtons picked={picked} stopped={stopped} arrived={arrived} working={working} whom={whom} />
          <label className="min-w-40 flex-1 max-md:order-last max-md:w-full">
            <span className="sr-only">Reason, recorded in the audit log</span>
            <input name="reason" className="input" placeholder="Reason (required to lock or force submit)" />
          </label>
          <Dropdown
            summary="Force submit…"
            stays="always"
            summaryClassName="control !border-bad font-[560] !text-bad"
            panelClassName={`right-0 w-72 ${ABOVE}`}
          >
            <div className="flex flex-col gap-2">
              <p>
                {picked > 0 ? `${plural(picked, "attempt")} will end now` : "The selected attempts will end now"}, with the
                answers as they are. This can't be undone.
              </p>
              <Button type="submit" name="intent" value="submit" tone="danger" disabled={working}>
                End {picked > 0 ? plural(picked, "attempt") : "selected attempts"}
              </Button>
            </div>
          </Dropdown>
          {arrived && <Button onClick={() => (clear(), setRead(happened))}>Clear selection</Button>}
        </div>
      ) : (
        <Button onClick={() => setRead(happened)}>Dismiss</Button>
      )}
    </SelectionBar>
  );
}

/** The bar stands at the bottom of the window. */
const ABOVE = "bottom-10 p-3 max-md:fixed max-md:inset-x-2 max-md:bottom-52 max-md:w-auto";

/** Everyone who is writing, on this page or not. */
export function TimeForAll({ students, working }: { students: number; working: boolean }) {
  return (
    <Dropdown
      summary="Time for everyone…"
      className="ml-auto"
      summaryClassName="control !min-h-7"
      panelClassName="right-0 mt-1 w-72 p-3"
    >
      <div className="flex flex-col gap-2">
        <button form={BOARD} disabled hidden />
        <label className="flex flex-col gap-1">
          <span className="text-[12px] text-muted">Minutes for everyone</span>
          <input form={BOARD} name="allMinutes" type="number" min={1} max={240} defaultValue={5} className="input" />
        </label>
        <label className="flex flex-col gap-1">
          <span className="text-[12px] text-muted">Why everyone gets it, recorded in the audit log</span>
          <input form={BOARD} name="allReason" className="input" placeholder="What happened" />
        </label>
        <Button form={BOARD} type="submit" name="intent" value="time-all" tone="primary" disabled={working}>
          Add time for all {count(students)}
        </Button>
      </div>
    </Dropdown>
  );
}
