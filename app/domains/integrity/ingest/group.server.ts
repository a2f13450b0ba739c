import type { Ctx } from "~/db/ctx.ts";
import { isConnectionLoss } from "~/db/retry.ts";
import { singleton } from "~/platform/singleton.ts";
import type { IntegrityEvent } from "./parse.ts";

/** Requests of at most so many events wait for others: one commit for all costs less than one for each. */
export const SMALL = 20;
const WAIT_MS = 6;
/** A group is sent before its time when it has become this large. */
const FULL = 1000;

export type Written = { inserted: ReadonlySet<string>; known: ReadonlySet<string> };
type Write = (ctx: Ctx, events: IntegrityEvent[]) => Promise<Written>;
type Member = {
  ctx: Ctx;
  events: IntegrityEvent[];
  resolve(written: Written): void;
  reject(error: unknown): void;
};
type Group = { members: Member[]; size: number; timer: NodeJS.Timeout };

const gathering = () => singleton("integrity.groups", () => new Map<string, Group>());

/** An event that two requests brought is counted as new by the first of them. */
function shareOut(members: readonly Member[], { inserted, known }: Written): void {
  const left = new Set(inserted);
  for (const { events, resolve } of members)
    resolve({ inserted: new Set(events.map((event) => event.id).filter((id) => left.delete(id))), known });
}

async function send({ members }: Group, write: Write): Promise<void> {
  const { ctx: first } = members[0]!;
  const all = members.flatMap((member) => member.events);
  try {
    shareOut(members, await write(first, all));
  } catch (error) {
    // What one of them can't get through must not be answered to the others; where the server is gone, it is gone for all.
    const alone = members.length > 1 && !isConnectionLoss(error);
    for (const { ctx, events, resolve, reject } of members)
      if (alone) write(ctx, events).then(resolve, reject);
      else reject(error);
  }
}

/** Writes these events together with those that other requests of the same tenant bring within a few milliseconds; answers when they are durable. */
export function writeTogether(ctx: Ctx, collegeId: string, events: IntegrityEvent[], write: Write): Promise<Written> {
  return new Promise((resolve, reject) => {
    const groups = gathering();
    const flush = (group: Group) => {
      clearTimeout(group.timer);
      groups.delete(collegeId);
      void send(group, write);
    };
    const group = groups.get(collegeId) ?? { members: [], size: 0, timer: setTimeout(() => flush(group), WAIT_MS) };
    groups.set(collegeId, group);
    group.members.push({ ctx, events, resolve, reject });
    group.size += events.length;
    if (group.size >= FULL) flush(group);
  });
}
