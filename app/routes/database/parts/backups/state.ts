import type { BackupLine } from "~/observability/backups/report.server.ts";

/** How far a backup is proven, from nothing to a server that really ran on it. */
export type Proof = "running" | "failed" | "stopped" | "expired" | "damaged" | "unfit" | "taken" | "verified" | "drilled";

export const PROOFS: Record<Proof, { word: string; mark: string; tone: "ok" | "warn" | "bad" | "neutral" }> = {
  drilled: { word: "Drilled", mark: "●", tone: "ok" },
  verified: { word: "Verified", mark: "◐", tone: "ok" },
  taken: { word: "Not verified", mark: "○", tone: "warn" },
  damaged: { word: "Damaged", mark: "✕", tone: "bad" },
  unfit: { word: "Drill failed", mark: "✕", tone: "bad" },
  failed: { word: "Failed", mark: "✕", tone: "bad" },
  running: { word: "Running", mark: "…", tone: "neutral" },
  stopped: { word: "Stopped", mark: "–", tone: "neutral" },
  expired: { word: "Expired", mark: "·", tone: "neutral" },
};

export function proofOf(row: Pick<BackupLine, "state" | "verified" | "drilled">): Proof {
  if (row.state === "RUNNING") return "running";
  if (row.state === "FAILED") return "failed";
  if (row.state === "CANCELLED") return "stopped";
  if (row.state === "EXPIRED") return "expired";
  if (row.verified === false) return "damaged";
  if (row.drilled === false) return "unfit";
  return row.drilled ? "drilled" : row.verified ? "verified" : "taken";
}
