import pg from "pg";
import { distribute } from "~/db/distribution/distribute.server.ts";
import { distributionPlan } from "~/db/distribution/plan.server.ts";
import { SHARD_TRIGGERS } from "~/db/distribution/triggers.ts";
import { connection } from "~/db/urls.server.ts";
import { plural } from "~/platform/format.ts";
import { withDatabase } from "./database.ts";
import type { Command } from "./commands.ts";

const print = (text: string): void => void process.stdout.write(`${text}\n`);

export const distributeCommand: Command = {
  name: "db distribute",
  says: "Spreads the tenants over the nodes of a Citus cluster, by college; --dry-run prints the statements",
  usage: "[--dry-run] [--json]",
  options: { "dry-run": { type: "boolean" }, json: { type: "boolean" } },
  run: ({ options }) =>
    withDatabase(async () => {
      const client = new pg.Client({ connectionString: connection("owner").url });
      client.on("error", () => undefined);
      await client.connect();
      try {
        if (!options["dry-run"]) {
          const n = await distribute(client, (step) => !options["json"] && print(step.statement));
          print(
            options["json"] ? JSON.stringify({ statements: n }) : plural(n, "statement carried out", "statements carried out"),
          );
          return;
        }
        const steps = await distributionPlan(client);
        if (options["json"]) {
          print(JSON.stringify({ statements: steps, triggers: SHARD_TRIGGERS }));
          return;
        }
        let said = "";
        for (const step of steps) {
          if (step.says !== said) print(`-- ${step.says}`);
          said = step.says;
          print(step.statement);
        }
        print("-- Why each trigger is safe on a shard");
        for (const [trigger, reason] of Object.entries(SHARD_TRIGGERS)) print(`--   ${trigger}: ${reason}`);
      } finally {
        await client.end();
      }
    }),
};
