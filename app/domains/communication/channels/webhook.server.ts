import { env } from "~/platform/env.server.ts";
import { Invalid } from "~/platform/errors.ts";
import { safePost } from "~/platform/safe-post.server.ts";
import { safeAddress } from "~/platform/safe-url.server.ts";
import { webhookHeaders } from "~/platform/webhook-signature.ts";
import { isPassing, Refused, type Provider } from "./provider.ts";

/** To an address of the person's own: signed, and never into this network. The receiver knows a repeated one by its id. */
export const webhookTo = (find = safeAddress): Provider => ({
  channel: "WEBHOOK",
  needs: "an address in a subscription",
  missing: () => (env().WEBHOOK_SECRET ? [] : ["WEBHOOK_SECRET"]),
  async send({ id, collegeId, type, title, message, to }) {
    const body = JSON.stringify({ id, type: "notification", data: { collegeId, type, title, message } });
    let status: number;
    try {
      status = await safePost(to, body, webhookHeaders(env().WEBHOOK_SECRET ?? "", id, new Date(), body), find);
    } catch (error) {
      throw error instanceof Invalid ? new Refused(error.message) : error;
    }
    if (status >= 200 && status < 300) return null;
    throw isPassing(status) ? new Error(`it answered ${status}`) : new Refused(`it answered ${status}`, status === 410);
  },
});
