import { z } from "zod";
import { record } from "~/access/verb.server.ts";
import { execute } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { Invalid } from "~/platform/errors.ts";
import { newId } from "~/platform/ids.ts";
import { checkedUrl } from "~/platform/safe-url.server.ts";
import type { CreateVerb } from "~/resources/creators.server.ts";

const fields = z.object({
  user: z.string(),
  type: z.string(),
  channel: z.string().nullish(),
  address: z.string().nullish(),
});

/** Only a webhook and a device have an address of their own; mail and text messages go where the person's record says. */
function addressFor(channel: string, given: string | null): string | null {
  const refuse = (says: string) => new Invalid(says, { address: [says] });
  if (channel === "WEBHOOK") {
    if (!given) throw refuse("Enter the webhook's address, for example https://example.edu/hook");
    return checkedUrl(given).href;
  }
  if (channel === "PUSH") {
    if (!given || !/^[\w:.-]{20,4096}$/.test(given)) throw refuse("Enter the token that the app on the device shows");
    return given;
  }
  if (given) throw refuse("Leave this empty: e-mail and text messages go to the address and number of the person");
  return null;
}

export async function createSubscription({ ctx, collegeId, values }: Parameters<CreateVerb>[0]): Promise<string> {
  const { user, type, channel: wanted, address: given } = fields.parse(values);
  const channel = wanted ?? "IN_APP";
  const address = addressFor(channel, given?.trim() || null);
  const now = ctx.clock.now();
  const id = newId(now.getTime());
  await execute(
    ctx.tx,
    sql`insert into public.event_subscription (id, college_id, user_id, type, channel, address, created_at, updated_at)
        values (
          ${id}::uuid, ${collegeId}::uuid, ${user}::uuid, ${type}, ${channel}, ${address}, ${now}, ${now}
        )`,
  );
  await record(ctx, {
    action: "event_subscription.create",
    resource: "event_subscription",
    resourceId: id,
    collegeId,
    after: { user, type, channel, address: address ? "given" : null },
  });
  return id;
}
