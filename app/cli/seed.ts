import pg from "pg";
import { connection } from "~/db/urls.server.ts";
import { env } from "~/platform/env.server.ts";
import { Invalid } from "~/platform/errors.ts";
import { demoNeeded, seedDemo, setDemoPassword } from "../../prisma/seed/demo.ts";
import { seedLarge } from "../../prisma/seed/large.ts";
import { bringUpToDate, withDatabase, printProgress } from "./database.ts";
import type { Command } from "./commands.ts";

export const seedCommand: Command = {
  name: "seed",
  says: "Loads data: the demo, the empty structure, or millions of attempts",
  usage: "--profile demo|empty|large [--attempts N] [--json]",
  options: { profile: { type: "string", default: "demo" }, attempts: { type: "string" } },
  run: ({ options }) =>
    withDatabase(async () => {
      const print = (data: Record<string, unknown>, line: string) =>
        process.stdout.write(options["json"] ? `${JSON.stringify(data)}\n` : line && `${line}\n`);
      const { url } = connection("owner");
      await bringUpToDate((note) => process.stderr.write(`note: ${note}\n`));
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      try {
        switch (options["profile"]) {
          case "empty":
            print({ profile: "empty" }, "the structure is in place; no data was loaded");
            return;
          case "demo": {
            if (!(await demoNeeded(client)))
              throw new Invalid("the database already has data. The demo is loaded into an empty database only");
            await printProgress("loading the demo", () => seedDemo(url));
            const password = await setDemoPassword(client, env().INVIGIL_DEMO_PASSWORD);
            print({ profile: "demo", password }, password ? `the demo accounts' password: ${password}` : "");
            return;
          }
          case "large": {
            const attempts = Number(options["attempts"] ?? env().INVIGIL_LARGE_ATTEMPTS);
            if (!Number.isInteger(attempts) || attempts < 1)
              throw new Invalid(`--attempts: "${String(options["attempts"])}" is not a whole number above zero`);
            await printProgress(`loading ${attempts.toLocaleString("en")} attempts`, () => seedLarge(client, attempts));
            print({ profile: "large", attempts }, "");
            return;
          }
          default:
            throw new Invalid(`--profile: "${String(options["profile"])}" is not one of demo, empty, large`);
        }
      } finally {
        await client.end();
      }
    }),
};
