import { useState } from "react";
import { Button } from "~/ui/form/form.tsx";
import { Dropdown } from "~/ui/layout/dropdown.tsx";

type Props = { picked: number; stopped: number; arrived: boolean; working: boolean; whom: string };

/** A word to the selected students, and their clocks: only what would change something is offered once JavaScript knows. */
export function StopButtons({ picked, stopped, arrived, working, whom }: Props) {
  const running = !arrived || picked > stopped;
  const standing = !arrived || stopped > 0;
  return (
    <>
      <Dropdown
        summary="Message…"
        stays="always"
        summaryClassName="control font-[520]"
        panelClassName="bottom-10 left-0 w-80 p-3 max-md:fixed max-md:inset-x-2 max-md:bottom-52 max-md:w-auto"
      >
        <Message whom={whom} working={working} />
      </Dropdown>
      {running && (
        <Button type="submit" name="intent" value="pause" disabled={working} aria-label={`Pause ${whom}`}>
          Pause
        </Button>
      )}
      {running && (
        <Button type="submit" name="intent" value="lock" disabled={working} aria-label={`Lock ${whom}`}>
          Lock
        </Button>
      )}
      {standing && (
        <Button type="submit" name="intent" value="resume" disabled={working} aria-label={`Resume ${whom}`}>
          Resume
        </Button>
      )}
    </>
  );
}

function Message({ whom, working }: { whom: string; working: boolean }) {
  const [id] = useState(() => (typeof crypto === "undefined" || !crypto.randomUUID ? "" : crypto.randomUUID()));
  return (
    <div className="flex flex-col gap-2">
      <input type="hidden" name="messageId" value={id} suppressHydrationWarning />
      <label className="flex flex-col gap-1">
        <span className="text-[12px] text-muted">Message to {whom}</span>
        <textarea name="messageText" rows={3} maxLength={2000} className="input !h-auto py-1.5" />
      </label>
      <Button type="submit" name="intent" value="message" tone="primary" disabled={working}>
        Send to {whom}
      </Button>
    </div>
  );
}
