import pino from "pino";
import { singleton } from "./singleton.ts";

/** JSON lines on stdout. Secrets never reach it: whoever logs passes names, not bodies. */
export const log = singleton("log", () =>
  pino({
    level: process.env["LOG_LEVEL"] ?? (process.env["VITEST"] ? "silent" : "info"),
    base: null,
    // Said with each line: a process that was started by itself takes its name after this module was loaded.
    mixin: () => ({ process: process.env["INVIGIL_PROCESS"] ?? "cli" }),
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: ["password", "token", "*.password", "*.token", "headers.cookie", "headers.authorization"],
  }),
);
