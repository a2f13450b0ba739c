import fs from "node:fs";

type Proc = { parent: number; seconds: number };

/** User and system time of a process and of its children that ended, where the system tells it. */
function processOf(pid: number | string): Proc | null {
  try {
    const fields = fs.readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)!.split(" ");
    return { parent: Number(fields[1]), seconds: fields.slice(11, 15).reduce((sum, one) => sum + Number(one), 0) / 100 };
  } catch {
    return null;
  }
}

/** How long this machine's cores have worked, for whomever; null where the system does not tell. */
function machineSeconds(): number | null {
  try {
    const [user, nice, system, , , irq, softirq, steal] = fs
      .readFileSync("/proc/stat", "utf8")
      .split("\n")[0]!
      .replace(/^cpu +/, "")
      .split(" ")
      .map(Number) as [number, number, number, number, number, number, number, number];
    return (user + nice + system + irq + softirq + steal) / 100;
  } catch {
    return null;
  }
}

/** How long these processes and all their descendants have worked. */
function treeSeconds(roots: readonly number[]): number {
  const all = new Map<number, Proc>();
  for (const name of fs.readdirSync("/proc")) {
    const found = /^\d+$/.test(name) ? processOf(name) : null;
    if (found) all.set(Number(name), found);
  }
  const ours = (pid: number): boolean => roots.includes(pid) || (all.has(pid) && ours(all.get(pid)!.parent));
  let sum = 0;
  for (const [pid, one] of all) if (ours(pid)) sum += one.seconds;
  return sum;
}

/** The process that started this one. */
export const parentOf = (pid: number): number | null => processOf(pid)?.parent ?? null;

/**
 * How much of a core others on this machine use while something is measured: a benchmark that shares its cores with
 * somebody's build measures the build. Not known, and so 0, where the system does not tell.
 */
export function watchOthers(roots: readonly number[]): () => number {
  const look = () => {
    const machine = machineSeconds();
    return machine === null ? null : { at: performance.now(), others: machine - treeSeconds(roots) };
  };
  const before = look();
  return () => {
    const after = look();
    return before && after ? Math.max(0, (after.others - before.others) / ((after.at - before.at) / 1000)) : 0;
  };
}
