import type { Client } from "pg";
import { Unavailable } from "~/platform/errors.ts";
import { codeOf } from "../retry.ts";
import { distributionPlan, type Step } from "./plan.server.ts";

const MIN_CITUS = 12;

/** What stands in the way, in words; null where this server is a Citus coordinator with workers. */
async function obstacle(client: Client): Promise<string | null> {
  const { rows } = await client.query<{ installed: string | null; available: boolean }>(
    `select (select extversion from pg_extension where extname = 'citus') as installed,
            exists (select from pg_available_extensions where name = 'citus') as available`,
  );
  const { installed, available } = rows[0]!;
  if (!installed)
    return available
      ? "Citus is on this server, and not in this database. Run CREATE EXTENSION citus; as a superuser, add the workers with citus_add_node, and try again"
      : "Citus is not installed on this server. Point DATABASE_URL to a Citus coordinator, or use --dry-run to see the statements";
  if (Number.parseInt(installed, 10) < MIN_CITUS)
    return `Citus ${installed} is too old; ${MIN_CITUS} or newer is needed. Update the extension and try again`;
  const { rows: nodes } = await client.query<{ coordinator: boolean; workers: number }>(
    `select count(*) filter (where groupid <> 0 and shouldhaveshards)::int as workers,
            (select groupid = 0 from pg_dist_local_group) as coordinator
     from pg_dist_node
     where isactive`,
  );
  if (!nodes[0]!.coordinator) return "This is a worker. Point DATABASE_URL to the coordinator and try again";
  if (nodes[0]!.workers === 0) return "No worker is registered. Add one with citus_add_node(host, port) and try again";
  return null;
}

/** Carries out what is not done yet, one statement after the other: one that was cut short goes on where it stopped. */
export async function distribute(client: Client, onStep: (step: Step) => void): Promise<number> {
  const reason = await obstacle(client);
  if (reason) throw new Unavailable(reason);
  const { rows } = await client.query<{ name: string }>(
    `select format('%I.%I', n.nspname, c.relname) as name
     from pg_dist_partition d
     join pg_class c on c.oid = d.logicalrelid
     join pg_namespace n on n.oid = c.relnamespace`,
  );
  const done = new Set(rows.map((row) => row.name));
  const steps = (await distributionPlan(client)).filter((step) => !step.table || !done.has(step.table));
  for (const step of steps) {
    onStep(step);
    await client.query(step.statement).catch((error: Error) => {
      throw new Unavailable(
        `${step.statement} was refused: ${error.message} (${codeOf(error) ?? "no code"}). What came before it stands; fix the cause and run the command again`,
      );
    });
  }
  return steps.length;
}
