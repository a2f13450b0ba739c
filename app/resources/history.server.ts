import { z } from "zod";
import { read } from "~/access/verb.server.ts";
import { parsed } from "~/audit/parsed.ts";
import { rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { labelled } from "./changes.ts";
import { ofResource } from "./rights.ts";
import { resourceNamed } from "./registry.ts";
import { viewOf } from "./view.ts";

const body = z.object({
  actor: z.object({ name: z.string() }).loose(),
  reason: z.string().nullable(),
  diff: z.record(z.string(), z.tuple([z.unknown(), z.unknown()])).nullable(),
});

/** What happened to one record, newest first, from the audit log. Erased content leaves the entry without its words. */
export const history = read({
  name: "resources.history",
  permission: ofResource("read"),
  input: z.object({ resource: z.string(), id: z.uuid() }),
  async run({ ctx, input }) {
    const resource = resourceNamed(input.resource);
    const { fields } = viewOf(resource, ctx.actor.role);
    const found = await rows(
      ctx.tx,
      sql`select e.id, e.at, e.action, c.body
          from audit.entry e
            left join audit.content c on c.at = e.at and c.entry_id = e.id
          where e.resource = ${input.resource} and e.resource_id = ${input.id}
          order by e.at desc, e.id desc
          limit 30`,
      z.object({ id: z.string(), at: z.date(), action: z.string(), body: z.string().nullable() }),
    );
    return found.map((entry) => {
      const read = entry.body === null ? null : body.safeParse(parsed(entry.body));
      return {
        id: entry.id,
        at: entry.at,
        action: entry.action,
        by: read?.data?.actor.name ?? (entry.body === null ? "erased" : "unreadable"),
        reason: read?.data?.reason ?? null,
        changes: labelled(fields, read?.data?.diff ?? {}),
      };
    });
  },
});
