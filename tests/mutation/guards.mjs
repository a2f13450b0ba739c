// Takes out one guard at a time (`if (…) throw …`) and runs the tests that import its file: a guard that none of them misses
// has no test. Outside of CI, for it takes minutes.  npm run test:mutation -- [folder …] [--sample N] [--seed N]
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import ts from "typescript";

const args = process.argv.slice(2);
const option = (name, otherwise) => {
  const at = args.indexOf(`--${name}`);
  return at < 0 ? otherwise : Number(args.splice(at, 2)[1]);
};
const sample = option("sample", 20);
let seed = option("seed", 1);
const folders = args.length > 0 ? args : ["app/domains", "app/access", "app/audit", "app/jobs", "app/db", "app/examday"];

const throws = (statement) =>
  ts.isThrowStatement(statement) ||
  (ts.isBlock(statement) && statement.statements.length === 1 && ts.isThrowStatement(statement.statements[0]));

/** Where the condition of each guard stands. */
function guardsOf(file) {
  const text = fs.readFileSync(file, "utf8");
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found = [];
  const visit = (node) => {
    if (ts.isIfStatement(node) && !node.elseStatement && throws(node.thenStatement))
      found.push({ file, from: node.expression.getStart(), to: node.expression.end, says: node.getText().slice(0, 140) });
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const files = folders
  .flatMap((folder) => fs.readdirSync(folder, { recursive: true }).map((name) => path.join(folder, name)))
  .filter((file) => file.endsWith(".ts") && !file.includes(".test.") && !file.includes("generated"));
const guards = files.flatMap(guardsOf);

/** The same few for the same seed. */
const random = () => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648;
const chosen = guards
  .map((guard) => ({ guard, at: random() }))
  .sort((a, b) => a.at - b.at)
  .slice(0, sample)
  .map(({ guard }) => guard);

function related(file) {
  const run = spawnSync(
    process.execPath,
    ["node_modules/vitest/vitest.mjs", "related", file, "--run", "--bail=1", "--project=unit", "--project=integration"],
    { env: { ...process.env, NODE_ENV: "test" }, encoding: "utf8", timeout: 900_000 },
  );
  return run.status !== 0;
}

let noticed = 0;
let restore = () => undefined;
process.on("SIGINT", () => {
  restore();
  process.exit(130);
});
for (const { file, from, to, says } of chosen) {
  const text = fs.readFileSync(file, "utf8");
  restore = () => fs.writeFileSync(file, text);
  fs.writeFileSync(file, `${text.slice(0, from)}false && (${text.slice(from, to)})${text.slice(to)}`);
  try {
    const missed = related(file);
    if (missed) noticed++;
    process.stdout.write(`${missed ? "noticed " : "UNNOTICED"}  ${file}: ${says.replaceAll(/\s+/g, " ")}\n`);
  } finally {
    restore();
  }
}
process.stdout.write(`${noticed} of ${chosen.length} guards noticed (${guards.length} in all)\n`);
