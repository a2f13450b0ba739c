import { spawnSync } from "node:child_process";
import { connection } from "~/db/urls.server.ts";
import { withDatabase } from "./database.ts";
import type { Command } from "./commands.ts";

/** Prisma's own command line, which would otherwise want to download its schema engine. */
export const prismaCommand: Command = {
  name: "prisma",
  says: "Runs Prisma's own command (generate, studio, format, validate)",
  passesThrough: true,
  run: async ({ positionals }) => {
    const run = (url: string | undefined) =>
      spawnSync(process.execPath, ["node_modules/prisma/build/index.js", ...positionals], {
        stdio: "inherit",
        env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, ...(url ? { DATABASE_URL: url } : {}) },
      }).status ?? 1;
    return positionals[0] === "studio" ? withDatabase(async () => run(connection("owner").url)) : run(undefined);
  },
};
