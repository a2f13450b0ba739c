import { Form, Link } from "@remix-run/react";
import { useState } from "react";
import { plural } from "~/platform/format.ts";
import { Button } from "~/ui/form/form.tsx";
import { Badge } from "~/ui/feedback/badge.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { Ago } from "~/ui/time/time.tsx";
import type { SeatState } from "~/domains/exams/live/seat.ts";

type Hand = {
  id: string;
  attempt_id: string;
  name: string;
  roll_no: string | null;
  kind: "HAND" | "PROBLEM";
  text: string | null;
  raised_at: string | Date;
};
type Message = {
  id: string;
  text: string;
  audience: "EVERYONE" | "FILTER" | "SELECTION";
  audience_filter: string | null;
  sent_by_name: string;
  sent_at: string | Date;
  recipients: number;
  delivered: number;
  seen: number;
  only: string | null;
};
export type Room = { hands: Hand[]; messages: Message[]; readAt: number };

/** Who waits for a proctor, before everything else: the oldest first. */
export function Hands({ examId, hands, operate }: { examId: string; hands: Hand[]; operate: boolean }) {
  if (hands.length === 0) return null;
  return (
    <section aria-label="Raised hands" aria-live="polite" className="panel !border-warn">
      <h2 className="px-3.5 pt-2.5 text-[13px] font-[600]">
        {plural(hands.length, "student waits for you", "students wait for you")}
      </h2>
      <ul className="divide-y">
        {hands.map((hand) => (
          <li key={hand.id} className="flex flex-wrap items-center gap-x-3 gap-y-1.5 px-3.5 py-2.5">
            <Badge tone={hand.kind === "PROBLEM" ? "bad" : "warn"}>{hand.kind === "PROBLEM" ? "Problem" : "Hand raised"}</Badge>
            <Link to={`/exams/${examId}/live/${hand.attempt_id}`} className="link font-[520]">
              {hand.name}
            </Link>
            <span className="text-muted">{hand.roll_no}</span>
            <span className="text-muted">
              <Ago at={hand.raised_at} />
            </span>
            {hand.text && <p className="w-full whitespace-pre-wrap sm:w-auto sm:flex-1">{hand.text}</p>}
            {operate && <Answer hand={hand} />}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Answer({ hand }: { hand: Hand }) {
  return (
    <Form method="post" preventScrollReset className="flex w-full flex-wrap items-center gap-2 sm:ml-auto sm:w-auto">
      <input type="hidden" name="handId" value={hand.id} />
      <label className="min-w-40 flex-1">
        <span className="sr-only">Answer to {hand.name}</span>
        <input name="answer" className="input sm:!w-72" maxLength={2000} placeholder="Answer, or leave empty to close" />
      </label>
      <Button type="submit" name="intent" value="answer-hand" tone="primary" aria-label={`Answer or close ${hand.name}`}>
        Done
      </Button>
    </Form>
  );
}

const STATES: Record<SeatState, string> = {
  offline: "Offline",
  idle: "Idle",
  expected: "Not started",
  working: "Working",
  paused: "Paused",
  locked: "Locked",
  expired: "Time ran out",
  submitted: "Submitted",
};

/** The table of students is what a board is for: older messages are folded. */
const SHOWN = 3;

function toWhom(message: Message): string {
  if (message.audience === "EVERYONE") return "Everyone";
  if (message.audience === "FILTER") return STATES[message.audience_filter as SeatState] ?? message.audience_filter ?? "Filter";
  return message.only ?? plural(message.recipients, "student");
}

/** Each message with how far it has come. */
export function Messages({
  messages,
  operate,
  counts,
  done,
}: {
  messages: Message[];
  operate: boolean;
  counts: Record<SeatState, number>;
  done: number;
}) {
  return (
    <Panel title="Messages" id="messages">
      {operate && <Compose key={done} counts={counts} />}
      {messages.length === 0 ? (
        <p className="text-muted">No messages yet. To write to some students only, select them in the list.</p>
      ) : (
        <>
          <MessageList messages={messages.slice(0, SHOWN)} />
          {messages.length > SHOWN && (
            <details>
              <summary className="text-[12px] text-muted">{plural(messages.length - SHOWN, "earlier message")}</summary>
              <MessageList messages={messages.slice(SHOWN)} />
            </details>
          )}
        </>
      )}
    </Panel>
  );
}

function MessageList({ messages }: { messages: Message[] }) {
  return (
    <ul className="divide-y">
      {messages.map((message) => (
        <li key={message.id} className="flex flex-wrap items-baseline gap-x-3 gap-y-0.5 py-2">
          <p className="min-w-0 flex-1 basis-72 whitespace-pre-wrap">{message.text}</p>
          <p className="text-[12px] text-muted">
            {toWhom(message)} · {message.sent_by_name} · <Ago at={message.sent_at} />
          </p>
          <p className="text-[12px] tabular-nums" data-receipt={message.id}>
            delivered {message.delivered} of {message.recipients}, seen {message.seen}
          </p>
        </li>
      ))}
    </ul>
  );
}

function Compose({ counts }: { counts: Record<SeatState, number> }) {
  // The same message sent twice is sent once.
  const [id] = useState(() => (typeof crypto === "undefined" || !crypto.randomUUID ? "" : crypto.randomUUID()));
  const states = (["expected", "working", "idle", "offline", "paused", "locked"] as const).filter((state) => counts[state] > 0);
  return (
    <Form method="post" preventScrollReset className="mb-2 flex flex-wrap items-end gap-2">
      <input type="hidden" name="messageId" value={id} suppressHydrationWarning />
      <label className="min-w-48 flex-1">
        <span className="sr-only">Message</span>
        <input name="messageText" required maxLength={2000} className="input" placeholder="Message to students…" />
      </label>
      <label>
        <span className="sr-only">Send to</span>
        <select name="messageState" className="input" defaultValue="">
          <option value="">Everyone</option>
          {states.map((state) => (
            <option key={state} value={state}>
              {STATES[state]} ({counts[state]})
            </option>
          ))}
        </select>
      </label>
      <Button type="submit" name="intent" value="message-state">
        Send message
      </Button>
    </Form>
  );
}
