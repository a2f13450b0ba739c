export const WAIT_COLORS: Record<string, string> = {
  CPU: "var(--s-cpu)",
  IO: "var(--s-io)",
  Lock: "var(--s-lock)",
  LWLock: "var(--s-lwlock)",
  Client: "var(--s-client)",
  IPC: "var(--s-ipc)",
  Other: "var(--s-other)",
  other: "var(--s-other)",
};
