import { Dialog } from "radix-ui";
import { useEffect, useState } from "react";
import { useArrived } from "~/ui/arrived.ts";
import { isTyping } from "~/ui/typing.ts";

type Keys = { keys: string[]; does: string }[];

const EVERYWHERE: Keys = [
  { keys: ["Ctrl", "K"], does: "Go to a page, a person, an exam, a tenant" },
  { keys: ["/"], does: "Search on this page" },
  { keys: ["?"], does: "Show keyboard shortcuts" },
  { keys: ["Esc"], does: "Close the open dialog" },
];
const LISTS: Keys = [
  { keys: ["j"], does: "Next row" },
  { keys: ["k"], does: "Previous row" },
  { keys: ["Enter"], does: "Open the row" },
  { keys: ["x"], does: "Select the row" },
  { keys: ["a"], does: "Go to the actions for the selection" },
];
const RANGES: Keys = [
  { keys: ["["], does: "Previous time range" },
  { keys: ["]"], does: "Next time range" },
];
const REVIEWS: Keys = [
  { keys: ["n"], does: "Next attempt" },
  { keys: ["Enter"], does: "Claim review" },
  { keys: ["c"], does: "Cleared" },
  { keys: ["u"], does: "Unclear" },
  { keys: ["v"], does: "Violation" },
  { keys: ["z"], does: "Undo, for ten seconds" },
];

/** What the keys do, for whoever asks with one. There is nothing to show before JavaScript, so neither is the button. */
export function Shortcuts({ reviews, className }: { reviews: boolean; className: string }) {
  const arrived = useArrived();
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key !== "?" || isTyping(event.target) || document.querySelector("[role=dialog]")) return;
      event.preventDefault();
      setOpen(true);
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, []);
  if (!arrived) return null;
  return (
    <Dialog.Root open={open} onOpenChange={setOpen}>
      <Dialog.Trigger className={className}>
        Keyboard shortcuts <Key name="?" />
      </Dialog.Trigger>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-black/30" />
        <Dialog.Content
          aria-describedby={undefined}
          className="panel fixed top-[10vh] left-1/2 z-50 max-h-[80vh] w-[min(460px,92vw)] -translate-x-1/2 overflow-y-auto p-4 outline-none"
          style={{ boxShadow: "var(--shadow)" }}
        >
          <div className="mb-3 flex items-center justify-between">
            <Dialog.Title className="text-[16px] font-[620]">Keyboard shortcuts</Dialog.Title>
            <Dialog.Close className="control">Close</Dialog.Close>
          </div>
          <Section title="Everywhere" list={EVERYWHERE} />
          <Section title="In a list" list={LISTS} />
          <Section title="On a page with a time range" list={RANGES} />
          {reviews && <Section title="In a review" list={REVIEWS} />}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

const Key = ({ name }: { name: string }) => (
  <kbd className="mono rounded border bg-sunk px-1.5 py-0.5 text-[11px] text-muted">{name}</kbd>
);

function Section({ title, list }: { title: string; list: Keys }) {
  return (
    <section className="mt-3">
      <h3 className="mb-1 text-[12px] text-muted">{title}</h3>
      <dl>
        {list.map(({ keys, does }) => (
          <div key={does} className="flex min-h-8 items-center justify-between gap-4">
            <dt>{does}</dt>
            <dd className="flex shrink-0 gap-1">
              {keys.map((name) => (
                <Key key={name} name={name} />
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
