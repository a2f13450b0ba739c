import { createPrivateKey } from "node:crypto";
import fs from "node:fs";

export type ServiceAccount = { project_id: string; client_email: string; private_key: string; token_uri: string };

/** A service account of Google's, from its JSON or the file that holds it; null where it is none. */
export function readServiceAccount(value: string): ServiceAccount | null {
  try {
    const text = value.trimStart().startsWith("{") ? value : fs.readFileSync(value, "utf8");
    const account = JSON.parse(text) as Partial<Record<keyof ServiceAccount, unknown>>;
    const { project_id, client_email, private_key, token_uri = "https://oauth2.googleapis.com/token" } = account;
    for (const part of [project_id, client_email, private_key, token_uri]) if (typeof part !== "string" || !part) return null;
    createPrivateKey(private_key as string);
    return { project_id, client_email, private_key, token_uri } as ServiceAccount;
  } catch {
    return null;
  }
}
