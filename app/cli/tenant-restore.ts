import { systemCtx } from "~/access/ctx.server.ts";
import type { Ctx } from "~/db/ctx.ts";
import type { JobHandler } from "~/jobs/work.server.ts";
import { askComparison } from "~/observability/backups/tenant/ask-comparison.server.ts";
import { askPutBack } from "~/observability/backups/tenant/ask-put-back.server.ts";
import { compareJob } from "~/observability/backups/tenant/compare-job.server.ts";
import { getComparison } from "~/observability/backups/tenant/comparisons.server.ts";
import { countDifferences } from "~/observability/backups/tenant/differences.server.ts";
import { putBackJob } from "~/observability/backups/tenant/put-back-job.server.ts";
import { neverBecause } from "~/observability/backups/tenant/rules.ts";
import { Invalid } from "~/platform/errors.ts";
import { newId } from "~/platform/ids.ts";
import { plural } from "~/platform/format.ts";
import { withDatabase } from "./database.ts";
import { findTenant } from "./tenant.ts";
import type { Command, Run } from "./commands.ts";

const textOf = ({ options }: Run, name: string): string | null => {
  const value = options[name];
  return typeof value === "string" ? value : null;
};

/** Here and now, as the collector would. */
const work = (ctx: Ctx, handler: JobHandler, input: Record<string, unknown>) =>
  handler({ id: newId(), input, ctx, progress: async () => undefined });

async function compare(ctx: Ctx, collegeId: string, run: Run): Promise<string> {
  const at = textOf(run, "at");
  if (!at || Number.isNaN(Date.parse(at))) throw new Invalid("--at: name the moment, for example 2026-11-20T09:14:00Z");
  const reason = textOf(run, "reason");
  if (!reason) throw new Invalid("--reason: say why; it is recorded in the audit log");
  const { id } = await askComparison({
    ctx,
    input: { collegeId, moment: new Date(at).toISOString(), reason, queue: false },
  });
  await work(ctx, compareJob, { comparisonId: id });
  return id;
}

async function putBack(ctx: Ctx, comparisonId: string, picks: string[], run: Run): Promise<void> {
  const { id } = await askPutBack({
    ctx,
    input: {
      comparisonId,
      picks,
      reason: textOf(run, "reason") ?? "",
      person: textOf(run, "person"),
      exam: textOf(run, "exam"),
      queue: false,
    },
  });
  await work(ctx, putBackJob, { runId: id });
}

export const restoreTenantCommand: Command = {
  name: "tenant restore",
  says: "Compares one tenant with how it was at a moment, and puts back what is named",
  usage: "CODE|ID --at TIME --reason WHY [--put TABLE:MISSING|CHANGED|ADDED,…] [--person ID] [--exam ID] [--json]",
  takes: 1,
  options: {
    at: { type: "string" },
    reason: { type: "string" },
    put: { type: "string" },
    person: { type: "string" },
    exam: { type: "string" },
  },
  run: (run) =>
    withDatabase(async () => {
      const [named] = run.positionals;
      if (!named) throw new Invalid("name one tenant by its code or ID; see invigil tenant restore --help");
      const ctx = systemCtx("command line");
      const college = await findTenant(named);
      const id = await compare(ctx, college.id, run);
      const counts = await countDifferences({ ctx, input: { comparisonId: id } });
      const picks = (textOf(run, "put") ?? "").split(",").filter(Boolean);
      if (picks.length > 0) await putBack(ctx, id, picks, run);
      const { runs, notes } = await getComparison({ ctx, input: { id } });
      const lines = [
        ...notes.map(({ table, note }) => `${table}: ${note}`),
        ...counts.map(({ table, kind, rows, open }) => {
          const never = neverBecause(table, kind);
          return `${table}:${kind}  ${plural(rows, "row")}${never ? `, never put back` : open < rows ? `, ${open} without conflict` : ""}`;
        }),
        ...(counts.length === 0 ? [`${college.name} is as it was`] : []),
        ...runs.map(
          ({ rows, units, spared, proof }) =>
            `put back: ${plural(rows, "row")} in ${plural(units, "transaction")}, ${spared} left as they are; ` +
            `other tenants unchanged: ${proof?.same} of ${proof?.tenants}, rows of theirs written: ${proof?.ours}`,
        ),
        ...(picks.length === 0 && counts.length > 0 ? ["Nothing was written. Name what to put back with --put"] : []),
        `/database/backups/tenants/${id}`,
      ];
      process.stdout.write(run.options["json"] ? `${JSON.stringify({ id, counts, notes, runs })}\n` : `${lines.join("\n")}\n`);
      return runs.some(({ state }) => state === "FAILED") ? 1 : 0;
    }),
};
