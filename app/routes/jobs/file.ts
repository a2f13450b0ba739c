import { protectedLoader } from "~/access/page.server.ts";
import { jobFile } from "~/jobs/files.server.ts";

export const loader = protectedLoader("jobs.read", async ({ ctx, params, url }) => {
  const file = await jobFile({ ctx, input: { jobId: params["id"] ?? "", fileId: url.searchParams.get("file") ?? "" } });
  return new Response(new Uint8Array(file.content), {
    headers: { "Content-Type": file.contentType, "Content-Disposition": `attachment; filename="${file.name}"` },
  });
});
