import { targetLabel } from "~/observability/target.ts";
import type { Data } from "../load.tsx";

export function sentence(data: Data): string {
  const rest = data.rest;
  if (!rest) return "Load of your exams on the database";
  const down = rest.states.filter((state) => state.reachable === false);
  if (down.some((state) => state.kind === "primary")) return "The primary can't be reached. Earlier data is shown.";
  const firing = rest.alerts.value?.episodes.filter((episode) => episode.state === "FIRING" && episode.severity !== "INFO") ?? [];
  if (firing[0]) return `${firing[0].says.replace(/\.$/, "")}.`;
  if (down[0]) return `${down[0].name} can't be reached.`;
  const hidden = rest.states.find((state) => state.name === data.target && state.server?.monitor === false);
  if (hidden) return `${targetLabel(hidden.name)} answers, but the observer lacks pg_monitor.`;
  const average = data.load.value?.average;
  if (average === null || average === undefined) return "No samples in this time yet.";
  if (data.cores && average > data.cores) return `The database is busier than its ${data.cores} cores.`;
  return "The database is calm.";
}
