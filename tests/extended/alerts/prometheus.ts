import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { freePort } from "../../../app/db/cluster/server.server.ts";
import { wait } from "./world.ts";

export type Prometheus = { firing(): Promise<Set<string>>; stop(): Promise<void> };

/** Debian's Prometheus with the shipped configuration, faster, and these rules. */
export async function startPrometheus(base: string, rules: string): Promise<Prometheus> {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), "invigil-alerts-"));
  fs.mkdirSync(path.join(dir, "alerts"));
  fs.writeFileSync(path.join(dir, "alerts", "alerts.yml"), rules);
  const shipped = fs.readFileSync("grafana/prometheus.yml", "utf8");
  fs.writeFileSync(
    path.join(dir, "prometheus.yml"),
    shipped
      .replaceAll("127.0.0.1:3000", new URL(base).host)
      .replace("  - alerts/recording.yml\n", "")
      .replaceAll(/_interval: 5s/g, "_interval: 3s"),
  );
  const port = await freePort();
  const child = spawn(
    "prometheus",
    [
      `--config.file=${dir}/prometheus.yml`,
      `--storage.tsdb.path=${dir}/data`,
      `--web.listen-address=127.0.0.1:${port}`,
      "--log.level=error",
    ],
    { stdio: "ignore" },
  );
  const gone = new Promise((resolve) => child.once("exit", resolve));
  const firing = async () => {
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/alerts`);
    const { data } = (await response.json()) as { data: { alerts: { labels: { alertname: string }; state: string }[] } };
    return new Set(data.alerts.filter((alert) => alert.state === "firing").map((alert) => alert.labels.alertname));
  };
  for (let i = 0; !(await firing().catch(() => null)); i++) {
    if (i > 100) throw new Error("Prometheus does not answer");
    await wait(200);
  }
  return {
    firing,
    async stop() {
      child.kill("SIGTERM");
      await gone;
      fs.rmSync(dir, { recursive: true, force: true });
    },
  };
}
