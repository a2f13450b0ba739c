import { z } from "zod";
import { env } from "~/platform/env.server.ts";
import { postTo } from "./post.server.ts";
import { Refused, type Provider } from "./provider.ts";

/** The longest that one message may be. */
const MOST = 1600;

const taken = z.object({ sid: z.string() });
const refused = z.object({ code: z.number().optional(), message: z.string().optional() });

/** "+49 (30) 123-456" as E.164 writes it; a number without its country can't be sent to. */
function e164(phone: string): string {
  const number = phone.replaceAll(/[\s().\-/]/g, "").replace(/^00/, "+");
  if (!/^\+[1-9]\d{6,14}$/.test(number)) throw new Refused("the phone number has no country code, for example +49 30 123456");
  return number;
}

/** By Twilio's API for messages. */
export const sms: Provider = {
  channel: "SMS",
  needs: "a phone number",
  missing: () => (["TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM"] as const).filter((name) => !env()[name]),
  async send(message) {
    const { TWILIO_URL, TWILIO_ACCOUNT_SID = "", TWILIO_AUTH_TOKEN = "", TWILIO_FROM = "" } = env();
    const answer = await postTo({
      url: `${TWILIO_URL}/2010-04-01/Accounts/${encodeURIComponent(TWILIO_ACCOUNT_SID)}/Messages.json`,
      headers: {
        Authorization: `Basic ${Buffer.from(`${TWILIO_ACCOUNT_SID}:${TWILIO_AUTH_TOKEN}`).toString("base64")}`,
        "Content-Type": "application/x-www-form-urlencoded",
      },
      body: new URLSearchParams({
        To: e164(message.to),
        [TWILIO_FROM.startsWith("MG") ? "MessagingServiceSid" : "From"]: TWILIO_FROM,
        Body: `${message.title}\n${message.message}`.slice(0, MOST),
      }).toString(),
      says(body) {
        const { code, message: why = "" } = refused.catch({}).parse(body);
        return { why: code ? `${why} (${code})` : why };
      },
    });
    return taken.safeParse(answer).data?.sid ?? null;
  },
};
