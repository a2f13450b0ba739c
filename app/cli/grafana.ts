import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { Invalid } from "~/platform/errors.ts";
import type { Command } from "./commands.ts";

/** Its code needs development packages, which a production image lacks: it is built and loaded for this command only. */
async function filesFor(address: string | undefined): Promise<Map<string, string>> {
  const built = (await import(pathToFileURL(path.resolve("build/grafana.js")).href)) as {
    grafanaFiles(console?: string): Map<string, string>;
  };
  return built.grafanaFiles(address);
}

export const grafanaCommand: Command = {
  name: "grafana build",
  says: "Writes the dashboards and Prometheus rules that are generated from code",
  usage: "[--console URL] [--out DIR] [--check] [--json]",
  options: { console: { type: "string" }, out: { type: "string" }, check: { type: "boolean" } },
  async run({ options }) {
    const address = options["console"];
    if (typeof address === "string" && !/^https?:\/\/[^/\s]+$/.test(address))
      throw new Invalid(`--console: "${address}" is not an address like https://invigil.example.edu`);
    const base = typeof options["out"] === "string" ? options["out"] : ".";
    const files = [...(await filesFor(typeof address === "string" ? address : undefined))].map(([name, text]) => {
      const file = path.join(base, name);
      const same = fs.existsSync(file) && fs.readFileSync(file, "utf8") === text;
      return { file, text, same };
    });
    const stale = files.filter((file) => !file.same);
    if (!options["check"])
      for (const { file, text } of stale) {
        fs.mkdirSync(path.dirname(file), { recursive: true });
        fs.writeFileSync(file, text);
      }
    const verb = options["check"] ? "differs" : "written";
    process.stdout.write(
      options["json"]
        ? `${JSON.stringify({ [verb]: stale.map(({ file }) => file), unchanged: files.length - stale.length })}\n`
        : `${stale.map(({ file }) => `${verb}: ${file}\n`).join("")}${files.length - stale.length} unchanged\n`,
    );
    return options["check"] && stale.length > 0 ? 1 : 0;
  },
};
