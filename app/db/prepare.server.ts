import pg from "pg";
import { ClusterError } from "./cluster/errors.ts";
import { createExtensions, createRoles } from "./cluster/roles.server.ts";
import { examine, type Finding } from "./doctor.server.ts";

/** One line: the first thing that stands in the way, and every statement that clears it and what else is missing. */
function refuse(standsInTheWay: Finding[], all: Finding[]): void {
  const [first] = standsInTheWay;
  if (!first) return;
  const missing = all.filter(
    (finding) => finding.level !== "ok" && finding.fix && !finding.makeable && finding.name !== "migrations",
  );
  const fixes = missing.flatMap((finding) => finding.fix ?? []);
  const who = missing.some((finding) => finding.superuser) ? "run as a superuser of that database" : "run";
  throw new ClusterError(first.fix ? `${first.says}; ${who}: ${fixes.join(" ")}` : first.says);
}

/**
 * A database of someone else's: what this login may make is made (roles, extensions), what it may not is named with the
 * statement for someone who may. Returns what the console will have to do without.
 */
export async function prepare(url: string): Promise<Finding[]> {
  const before = await examine(url);
  refuse(
    before.filter((finding) => finding.level === "error" && !finding.makeable),
    before,
  );
  const missing = before.filter((finding) => finding.makeable);
  if (missing.length > 0) {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      if (missing.some((finding) => finding.name.startsWith("role "))) await createRoles(client);
      await createExtensions(client);
    } finally {
      await client.end();
    }
  }
  const after = missing.length > 0 ? await examine(url) : before;
  refuse(
    after.filter((finding) => finding.level === "error"),
    after,
  );
  return after.filter((finding) => finding.level === "warning" && finding.name !== "migrations");
}
