import fs from "node:fs";
import path from "node:path";

/** For whoever runs us and nobody else, also where an earlier version left it open to all: a log names people and addresses. */
export function openLogFile(file: string, flags: "a" | "w" = "a"): number {
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const log = fs.openSync(file, flags, 0o600);
  fs.fchmodSync(log, 0o600);
  return log;
}
