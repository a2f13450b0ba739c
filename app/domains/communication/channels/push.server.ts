import { z } from "zod";
import { env } from "~/platform/env.server.ts";
import { readServiceAccount } from "~/platform/service-account.ts";
import { googleToken } from "./google-token.server.ts";
import { postTo } from "./post.server.ts";
import type { Provider } from "./provider.ts";

const taken = z.object({ name: z.string() });
const refused = z.object({
  error: z.object({
    status: z.string().optional(),
    message: z.string().optional(),
    details: z.array(z.object({ errorCode: z.string().optional() })).optional(),
  }),
});

/** By Firebase Cloud Messaging, HTTP v1. */
export const push: Provider = {
  channel: "PUSH",
  needs: "a device token in a subscription",
  missing: () => (env().FCM_SERVICE_ACCOUNT ? [] : ["FCM_SERVICE_ACCOUNT"]),
  async send(message) {
    const account = readServiceAccount(env().FCM_SERVICE_ACCOUNT ?? "")!;
    const answer = await postTo({
      url: `${env().FCM_URL}/v1/projects/${encodeURIComponent(account.project_id)}/messages:send`,
      headers: { Authorization: `Bearer ${await googleToken(account)}`, "Content-Type": "application/json" },
      body: JSON.stringify({
        message: {
          token: message.to,
          notification: { title: message.title, body: message.message.slice(0, 2000) },
          data: { notificationId: message.id, type: message.type },
        },
      }),
      says(body) {
        const { error } = refused.catch({ error: {} }).parse(body);
        const code = error.details?.find((detail) => detail.errorCode)?.errorCode ?? error.status ?? "";
        return { why: [code, error.message].filter(Boolean).join(": "), gone: code === "UNREGISTERED" };
      },
    });
    return taken.safeParse(answer).data?.name ?? null;
  },
};
