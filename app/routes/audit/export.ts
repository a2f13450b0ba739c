import "~/domains/resources.ts";
import { protectedLoader } from "~/access/page.server.ts";
import { exportLog } from "~/access/log/export.server.ts";
import { sealedByCollector } from "~/observability/sampler/export-seal.server.ts";
import { Invalid } from "~/platform/errors.ts";
import { csvLine } from "~/resources/csv.ts";
import { sayEntries } from "~/resources/log-sentences.server.ts";

/** The range of the page that the export was asked for on, as it stood there: to the millisecond, so that both hold the same. */
function spanOf(params: URLSearchParams) {
  const [from, to] = [new Date(params.get("from") ?? ""), new Date(params.get("to") ?? "")];
  if (!params.has("from") && !params.has("to")) return null;
  if (Number.isNaN(from.getTime()) || Number.isNaN(to.getTime()) || from >= to)
    throw new Invalid("Invalid time range. Open the audit log and export again.");
  return { from, to };
}

export const loader = protectedLoader("audit.read", async ({ ctx, url }) => {
  const format = url.searchParams.get("format") === "csv" ? "csv" : "ndjson";
  const parts = exportLog(ctx, url.searchParams.get("q") ?? "", format, csvLine, {
    span: spanOf(url.searchParams),
    sign: sealedByCollector,
    say: sayEntries,
  });
  const encoder = new TextEncoder();
  // The first part is made before the headers go out, so that a refusal is an answer and not a broken file.
  const first = await parts.next();
  const stream = new ReadableStream<Uint8Array>({
    start: (controller) => {
      if (!first.done) controller.enqueue(encoder.encode(first.value));
    },
    async pull(controller) {
      const next = await parts.next();
      if (next.done) controller.close();
      else controller.enqueue(encoder.encode(next.value));
    },
  });
  return new Response(stream, {
    headers: {
      "Content-Type": format === "csv" ? "text/csv; charset=utf-8" : "application/x-ndjson",
      "Content-Disposition": `attachment; filename="audit-${ctx.clock.now().toISOString().slice(0, 10)}.${format}"`,
      "Cache-Control": "no-store",
    },
  });
});
