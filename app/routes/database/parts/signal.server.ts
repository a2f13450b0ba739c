import type { Ctx } from "~/db/ctx.ts";
import type { Form } from "~/access/page.server.ts";
import { signalBackend } from "~/observability/connections/signal.server.ts";

/** The act behind SignalForm, the same on every page that has it. */
export async function actSignal(ctx: Ctx, form: Form): Promise<{ message: string }> {
  form.intent("signal");
  const done = await signalBackend({
    ctx,
    input: {
      target: form.get("target"),
      pid: form.get("pid"),
      backendStart: form.get("backendStart"),
      act: form.get("act") as "cancel",
      reason: form.get("reason"),
    },
  });
  return { message: done.says };
}

/** Which session the address asks about, if it does. */
export function chosenFrom(url: URL): { pid: number; start: string; act: "cancel" | "terminate"; target: string } | null {
  const pid = Number(url.searchParams.get("pid"));
  const start = url.searchParams.get("start") ?? "";
  const act = url.searchParams.get("act");
  if (!Number.isInteger(pid) || pid <= 0 || Number.isNaN(Date.parse(start)) || (act !== "cancel" && act !== "terminate"))
    return null;
  return { pid, start, act, target: url.searchParams.get("target") ?? "primary" };
}
