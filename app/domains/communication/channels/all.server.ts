import type { Provider } from "./provider.ts";
import { push } from "./push.server.ts";
import { sms } from "./sms.server.ts";
import { webhookTo } from "./webhook.server.ts";

/** E-mail has its own queue (app/mail), and what is in the inbox has arrived: the others lead over a service. */
export const PROVIDERS: readonly Provider[] = [sms, push, webhookTo()];
