import fs from "node:fs";
import { bench as audit } from "./audit.ts";
import { bench as backup } from "./backup.ts";
import { bench as collusion } from "./collusion.ts";
import { bench as examday } from "./examday.ts";
import { bench as ingest } from "./ingest.ts";
import { bench as learning } from "./learning.ts";
import { bench as lists } from "./lists.ts";
import { bench as observability } from "./observability.ts";
import { bench as pages } from "./pages.ts";
import { bench as restore } from "./restore.ts";
import { bench as scrape } from "./scrape.ts";
import { bench as similarity } from "./similarity.ts";
import { exportBench, importBench } from "./transfer.ts";

// A table of what was measured in this run; the aims stand beside the figures and decide nothing.
const all = [
  lists,
  exportBench,
  importBench,
  ingest,
  learning,
  similarity,
  collusion,
  examday,
  audit,
  observability,
  backup,
  restore,
  scrape,
  pages,
];
const at = process.argv.indexOf("--json");
const file = at >= 0 ? process.argv[at + 1] : undefined;
// An option's value is no bench.
const wanted = process.argv.slice(2).filter((arg, index, all) => !arg.startsWith("--") && !all[index - 1]?.startsWith("--"));
const unknown = wanted.filter((name) => !all.some((bench) => bench.name === name));
if (unknown.length > 0) {
  process.stderr.write(`${unknown.join(", ")}: not one of ${all.map((bench) => bench.name).join(", ")}\n`);
  process.exit(2);
}

const results: Record<string, unknown> = {};
for (const bench of all) {
  if (wanted.length > 0 && !wanted.includes(bench.name)) continue;
  const figures = await bench.run();
  results[bench.name] = figures;
  process.stdout.write(`${bench.name}\n`);
  for (const figure of figures)
    process.stdout.write(
      `  ${figure.metric.padEnd(62)} ${figure.value.toFixed(2).padStart(12)} ${figure.unit}${figure.aim ? `  (aim: ${figure.aim})` : ""}\n`,
    );
}
if (file) fs.writeFileSync(file, JSON.stringify(results, null, 2));
process.exit(0);
