import http from "node:http";
import { clients } from "~/db/clients.server.ts";
import { refuseOldSchema } from "~/db/migrate/needed.server.ts";
import { refuseRuntimeLogin } from "~/db/runtime-login.server.ts";
import { startWorkers } from "~/jobs/work.server.ts";
import { env } from "~/platform/env.server.ts";
import { Exporter } from "~/metrics/exporter.server.ts";
import { messageOf } from "~/platform/errors.ts";
import { log } from "~/platform/log.server.ts";
import { handlers } from "./handlers.ts";
import { answerInternal } from "./internal.server.ts";
import { holdLease } from "./lease.server.ts";
import { startSchedules } from "./schedule.server.ts";
import { startSimulator } from "./simulate/simulate.server.ts";
import { startSampling } from "./sampling.server.ts";
import { schedules } from "./schedules.ts";
import { startWitness } from "./witness.server.ts";
import { serveMetrics } from "./http.server.ts";

const AGAIN_MS = 5000;

/** Jobs need the primary: a collector that starts without it works on them when it is there. */
async function untilWorking(stopping: () => boolean): Promise<void> {
  while (!stopping()) {
    try {
      await startWorkers(handlers);
      return;
    } catch (error) {
      log.error({ reason: messageOf(error) }, "jobs are not being worked on");
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }
}

/** Whatever runs on a clock: sampling, roll-ups, alerts, schedules, job handlers. */
async function main(): Promise<void> {
  process.env["INVIGIL_PROCESS"] ??= "collector";
  const { COLLECTOR_PORT, HOST } = env();
  await refuseRuntimeLogin();
  await refuseOldSchema();
  const lease = await holdLease("collector");
  const sampling = startSampling(lease);
  const simulator = env().simulate ? startSimulator(lease.active) : null;
  const running = startSchedules([...schedules(), ...sampling.schedules], lease.active);
  const witness = startWitness(lease.active);
  let stopping = false;
  const workers = untilWorking(() => stopping);
  const exporter = new Exporter(sampling, lease.active, () => running.states);
  exporter.start();
  const metrics = serveMetrics(exporter, () => ({ active: lease.active(), schedules: running.states }));
  const server = http.createServer((request, response) => {
    if (!answerInternal(sampling, lease.active(), request, response)) metrics(request, response);
  });
  server.on("error", (error: NodeJS.ErrnoException) => {
    process.stderr.write(error.code === "EADDRINUSE" ? `COLLECTOR_PORT: ${COLLECTOR_PORT} is taken\n` : `${error.message}\n`);
    process.exit(1);
  });
  server.listen(COLLECTOR_PORT, HOST, () => {
    log.info({ port: COLLECTOR_PORT }, "collector is ready");
    process.send?.({ ready: true });
  });
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(0), 2500).unref();
    server.close();
    server.closeAllConnections();
    exporter.stop();
    await simulator?.stop();
    await running.stop();
    await sampling.stop();
    await witness.stop();
    await Promise.race([workers, new Promise((resolve) => setTimeout(resolve, 200))]);
    await lease.release();
    await clients().close();
    process.exit(0);
  };
  process.once("SIGTERM", () => void stop());
  process.once("SIGINT", () => void stop());
  process.once("disconnect", () => void stop());
}

void main().catch((error: unknown) => {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exit(1);
});
