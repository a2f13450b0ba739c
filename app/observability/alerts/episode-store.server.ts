import { z } from "zod";
import { clients } from "~/db/clients.server.ts";
import { execute, firstRow, rows, type Queryable } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { newId } from "~/platform/ids.ts";
import type { Change, Condition } from "./evaluate.ts";
import { isSilenced, queueNotifications, type Happening } from "./notify.server.ts";
import { atLeast, formatValue, RULES } from "./rules.ts";

type Pending = { id: string; change: Change; at: number; says: string };

/** From this severity on, an episode is an incident: it gets a number, a page and a place in other rooms. */
const INCIDENT_FROM = "CRITICAL";

/**
 * Episodes and incidents as rows. What happens while the primary is away waits here, in order; for the worst of it
 * notifications leave from the spool meanwhile.
 */
export class EpisodeStore {
  private queue: Pending[] = [];
  private readonly ids = new Map<string, string>();

  private key(condition: Condition): string {
    return `${condition.rule} ${condition.target} ${condition.label}`;
  }

  /** What was left open goes on, but for rules that this version no longer has: nothing would ever end those. */
  async openEpisodes(): Promise<Condition[]> {
    await execute(
      clients().primary,
      sql`with over as (
            update console.alert_episode
            set state = 'RESOLVED', resolved_at = now(), updated_at = now()
            where state = 'FIRING' and rule <> all(${RULES.map((rule) => rule.key)})
            returning incident_id
          )
          update console.incident i
          set state = 'RESOLVED', to_at = greatest(now(), from_at), updated_at = now()
          from over
          where i.id = over.incident_id and i.state = 'OPEN'`,
    );
    const found = await rows(
      clients().primary,
      sql`select id, rule, target, label, severity, since, fired_at, value, worst, says
          from console.alert_episode
          where state = 'FIRING'`,
      z.object({
        id: z.string(),
        rule: z.string(),
        target: z.string(),
        label: z.string(),
        severity: z.enum(["INFO", "WARNING", "CRITICAL"]),
        since: z.date(),
        fired_at: z.date(),
        value: z.number(),
        worst: z.number(),
        says: z.string(),
      }),
    );
    return found.map((row) => {
      const condition: Condition = {
        ...row,
        worstSays: row.says,
        state: "FIRING",
        since: row.since.getTime(),
        firedAt: row.fired_at.getTime(),
        signal: null,
      };
      this.ids.set(this.key(condition), row.id);
      return condition;
    });
  }

  push(change: Change, now: number): void {
    const key = this.key(change.condition);
    if (change.kind === "fired") this.ids.set(key, newId(now));
    const id = this.ids.get(key);
    if (!id) return;
    if (change.kind === "resolved") this.ids.delete(key);
    // Of several "worse" that wait, the last one says it all.
    if (change.kind === "worse")
      this.queue = this.queue.filter((pending) => !(pending.id === id && pending.change.kind === "worse"));
    // What begins is told as it is; afterwards the row keeps its worst moment, and the page asks for the present one.
    const says = change.kind === "fired" ? change.condition.says : change.condition.worstSays;
    this.queue.push({ id, change: { ...change, condition: { ...change.condition } }, at: now, says });
  }

  async persist(): Promise<void> {
    while (this.queue.length > 0) {
      const next = this.queue[0]!;
      const client = await clients().primary.connect();
      try {
        await client.query("begin");
        await this.write(client, next);
        await client.query("commit");
      } catch (error) {
        await client.query("rollback").catch(() => undefined);
        throw error;
      } finally {
        client.release();
      }
      this.queue.shift();
    }
  }

  /** Still waiting to be written: what the notifier sends from the spool while there is no database. */
  unwritten(): Happening[] {
    return this.queue.filter((pending) => pending.change.kind !== "worse").map((pending) => happeningOf(pending, null));
  }

  private async write(on: Queryable, { id, change, at, says }: Pending): Promise<void> {
    const { condition, rule } = change;
    const when = new Date(at);
    if (change.kind === "worse") {
      await execute(
        on,
        sql`update console.alert_episode
            set value = ${condition.value}, worst = ${condition.worst}, says = ${says}, updated_at = now()
            where id = ${id}`,
      );
      return;
    }
    if (change.kind === "fired") {
      const silenced = await isSilenced(on, condition, when);
      const incident = atLeast(condition.severity, INCIDENT_FROM)
        ? await openIncident(on, condition, rule.title, rule.link)
        : null;
      const made = await execute(
        on,
        sql`insert into console.alert_episode (
              id, rule, target, label, severity, since, fired_at, value, worst, says, incident_id, told_at
            )
            values (
              ${id}, ${condition.rule}, ${condition.target}, ${condition.label}, ${condition.severity},
              ${new Date(condition.since)}, ${when}, ${condition.value}, ${condition.worst}, ${says},
              ${incident?.id ?? null}, ${silenced ? null : when}
            )
            on conflict do nothing`,
      );
      if (made > 0 && !silenced)
        await queueNotifications(on, happeningOf({ id, change, at, says }, incident?.number ?? null), when);
      return;
    }
    const closed = await firstRow(
      on,
      sql`update console.alert_episode
          set state = 'RESOLVED', resolved_at = ${when}, value = ${condition.value}, worst = ${condition.worst},
              says = ${says}, updated_at = now()
          where id = ${id} and state = 'FIRING'
          returning incident_id, told_at`,
      z.object({ incident_id: z.string().nullable(), told_at: z.date().nullable() }),
    );
    if (!closed) return;
    if (closed.incident_id) {
      await execute(
        on,
        sql`update console.incident
            set state = 'RESOLVED', to_at = greatest(${when}, from_at), updated_at = now(),
                cause = case
                  when ${condition.signal?.cause ?? null}::text is null then cause
                  else ${condition.signal?.cause ?? null}
                end
            where id = ${closed.incident_id} and state = 'OPEN'`,
      );
      await note(on, closed.incident_id, when, `Resolved. At its worst: ${formatValue(rule.unit, condition.worst)}.`);
    }
    // Whoever was not told that it began need not hear that it ended.
    if (closed.told_at) await queueNotifications(on, happeningOf({ id, change, at, says }, null), when);
  }
}

function happeningOf({ id, change, says }: Pending, incident: number | null): Happening {
  const { condition, rule } = change;
  return {
    episodeId: id,
    event: change.kind === "resolved" ? "RESOLVED" : "FIRING",
    rule: rule.key,
    title: rule.title,
    severity: condition.severity,
    target: condition.target,
    says,
    link: incident ? `/database/incidents/${incident}` : rule.link,
  };
}

const note = (on: Queryable, incidentId: string, at: Date, text: string) =>
  execute(
    on,
    sql`insert into console.incident_note (id, incident_id, at, author, text)
        values (${newId(at.getTime())}, ${incidentId}, ${at}, 'collector', ${text})`,
  );

/** From when the condition began, not from when it had lasted long enough to be told. */
async function openIncident(
  on: Queryable,
  condition: Condition,
  title: string,
  link: string,
): Promise<{ id: string; number: number }> {
  const id = newId();
  const made = (await firstRow(
    on,
    sql`insert into console.incident (id, title, cause, rule, target, severity, from_at, link, facts)
        values (
          ${id}, ${condition.signal?.title ?? title}, ${condition.signal?.cause ?? condition.says}, ${condition.rule},
          ${condition.target}, ${condition.severity}, ${new Date(condition.since)}, ${link},
          ${JSON.stringify(condition.signal?.facts ?? {})}::jsonb
        )
        returning id, number`,
    z.object({ id: z.string(), number: z.number() }),
  ))!;
  await note(on, id, new Date(condition.since), "The condition begins.");
  await note(on, id, new Date(condition.firedAt ?? condition.since), condition.says);
  return made;
}
