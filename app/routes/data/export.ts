import "~/domains/resources.ts";
import { protectedLoader } from "~/access/page.server.ts";
import { exportRows } from "~/resources/export.server.ts";
import { readQuery } from "~/resources/query.ts";
import { resourceNamed } from "~/resources/registry.ts";

export const loader = protectedLoader("self", async ({ ctx, params, url }) => {
  const resource = resourceNamed(params["resource"] ?? "");
  const format = url.searchParams.get("format") === "ndjson" ? "ndjson" : "csv";
  const stream = await exportRows(ctx, resource, readQuery(resource, url.searchParams), format);
  return new Response(stream, {
    headers: {
      "Content-Type": format === "csv" ? "text/csv; charset=utf-8" : "application/x-ndjson",
      "Content-Disposition": `attachment; filename="${resource.name}-${ctx.clock.now().toISOString().slice(0, 10)}.${format}"`,
      "Cache-Control": "no-store",
    },
  });
});
