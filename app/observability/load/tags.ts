/** `process tenant=<code>` in application_name: what a session's work is attributed to. Never guessed. */
const TAG = /\s*\btenant=([A-Za-z0-9_.*-]+)/;

export const UNTAGGED = "untagged";

export function readTag(applicationName: string | null): { app: string | null; tenant: string | null } {
  if (!applicationName) return { app: null, tenant: null };
  const tenant = TAG.exec(applicationName)?.[1] ?? null;
  return { app: applicationName.replace(TAG, "").trim() || null, tenant };
}

export const WAIT_CLASSES = ["CPU", "IO", "Lock", "LWLock", "Client", "IPC", "Other"] as const;
export type WaitClass = (typeof WAIT_CLASSES)[number];

/** A session that waits for nothing is on a core, or would like to be. */
export function waitClass(type: string | null): WaitClass {
  if (type === null) return "CPU";
  return (WAIT_CLASSES as readonly string[]).includes(type) ? (type as WaitClass) : "Other";
}
