import { z } from "zod";
import { heartbeat } from "~/domains/exams/sitting/heartbeat.server.ts";
import { attemptEndpoint, readJson } from "./endpoint.server.ts";

/** What a tenant's server knows of the student's device; a browser with a token says it by its request. */
const body = z.object({
  device: z.object({ ip: z.string().max(64).optional(), userAgent: z.string().max(500).optional() }).optional(),
});

const endpoint = attemptEndpoint("POST", async ({ client, attemptId, request }) => {
  const { device } = await readJson(request, body);
  const ctx = client.token ? client : { ...client, address: device?.ip, userAgent: device?.userAgent };
  return heartbeat({ ctx, input: { attemptId } });
});

export const loader = endpoint;
export const action = endpoint;
