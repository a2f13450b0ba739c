import { dashboards } from "./dashboards.ts";
import { dashboard } from "./panel.ts";
import { alertFile, recordingFile, ruleTestFile } from "./rules.ts";

/** Where links lead; a console that is reached elsewhere builds with its own address. */
export const CONSOLE = "http://127.0.0.1:3000";

/** Every file that is made of code, by its path in the project. */
export function grafanaFiles(console = CONSOLE): Map<string, string> {
  return new Map([
    ...dashboards(console).map((spec): [string, string] => [
      `grafana/dashboards/${spec.uid}.json`,
      `${JSON.stringify(dashboard(spec), null, 2)}\n`,
    ]),
    ["grafana/alerts/alerts.yml", alertFile(console)],
    ["grafana/alerts/recording.yml", recordingFile()],
    ["grafana/alerts/alerts.test.yml", ruleTestFile()],
  ]);
}
