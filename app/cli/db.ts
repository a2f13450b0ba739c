import { createMigration, migrationStates } from "~/db/migrate/migrate.server.ts";
import { connection } from "~/db/urls.server.ts";
import { plural } from "~/platform/format.ts";
import { bringUpToDate, withDatabase } from "./database.ts";
import type { Command } from "./commands.ts";

export const migrateCommand: Command = {
  name: "db migrate",
  says: "Creates roles, extensions and the job queue, and applies pending migrations; with --create NAME writes one from the schema files",
  usage: "[--create NAME] [--json]",
  options: { create: { type: "string" } },
  run: ({ options }) =>
    withDatabase(async () => {
      const url = connection("owner").url;
      if (typeof options["create"] === "string") {
        const folder = await createMigration(url, options["create"], new Date());
        process.stdout.write(
          options["json"]
            ? `${JSON.stringify({ created: folder })}\n`
            : `written: prisma/migrations/${folder}/migration.sql; read it, then apply it\n`,
        );
        return;
      }
      const applied = await bringUpToDate((note) => process.stderr.write(`note: ${note}\n`));
      if (options["json"]) process.stdout.write(`${JSON.stringify({ applied })}\n`);
      else
        process.stdout.write(
          applied.length === 0 ? "no pending migrations\n" : `applied:\n${applied.map((name) => `  ${name}\n`).join("")}`,
        );
    }),
};

export const statusCommand: Command = {
  name: "db status",
  says: "Lists migrations and whether they are applied",
  usage: "[--json]",
  run: ({ options }) =>
    withDatabase(async () => {
      const states = await migrationStates(connection("owner").url);
      if (options["json"]) process.stdout.write(`${JSON.stringify({ migrations: states })}\n`);
      else for (const state of states) process.stdout.write(`${state.applied ? "applied" : "PENDING"}  ${state.name}\n`);
      const pending = states.filter((state) => !state.applied).length;
      if (pending > 0)
        process.stderr.write(`${plural(pending, "migration is", "migrations are")} pending; run npx invigil db migrate\n`);
      return pending === 0 ? 0 : 1;
    }),
};
