import { fork, type ChildProcess } from "node:child_process";

export type Supervised = { process(): ChildProcess; ready: Promise<void> };

type Options = {
  name: string;
  file: string;
  env: NodeJS.ProcessEnv;
  /** Where its output goes: a file's descriptor. */
  log: number;
  stderr(chunk: Buffer): void;
  stopping(): boolean;
  onLaunch?(launched: ChildProcess): void;
  say(text: string): void;
};

/** The first ones at once: a process that fell over is missed by whoever looks at a page. */
const AT_ONCE = 5;
const LONGEST_PAUSE_MS = 10_000;
/** One that lived for so long has recovered: its next end is a first one again. */
const SETTLED_MS = 30_000;

export const pauseAfter = (failures: number) =>
  failures <= AT_ONCE ? 0 : Math.min(500 * 2 ** (failures - AT_ONCE), LONGEST_PAUSE_MS);

/** Starts a process, and starts it again whenever it ends by itself: at once at first, later and later while it fails. */
export function supervise({ name, file, env, log, stderr, stopping, say, onLaunch }: Options): Supervised {
  let failures = 0;
  let lastLine = "";
  let current: ChildProcess;
  let resolveReady: () => void;
  let rejectReady: (error: Error) => void;
  const ready = new Promise<void>((resolve, reject) => {
    resolveReady = resolve;
    rejectReady = reject;
  });
  const launch = () => {
    const started = Date.now();
    lastLine = "";
    current = fork(file, [], {
      env,
      stdio: ["ignore", log, "pipe", "ipc"],
      detached: true,
      execArgv: ["--enable-source-maps"],
    });
    onLaunch?.(current);
    current.stderr?.on("data", (chunk: Buffer) => {
      stderr(chunk);
      lastLine = String(chunk).trim().split("\n").at(-1) ?? "";
    });
    current.on("message", (message: { ready?: boolean }) => message.ready && resolveReady());
    current.on("exit", (code) => {
      if (stopping()) return;
      failures = Date.now() - started > SETTLED_MS ? 1 : failures + 1;
      if (failures >= AT_ONCE) rejectReady(new Error(lastLine));
      say(`  ${name} ended (${code ?? "killed"}), restarting it\n`);
      setTimeout(() => !stopping() && launch(), pauseAfter(failures));
    });
  };
  launch();
  return { process: () => current, ready };
}
