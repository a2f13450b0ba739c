import { readiness } from "~/db/health.server.ts";

export async function loader() {
  const health = await readiness();
  return Response.json(health, { status: health.status === "unhealthy" ? 503 : 200, headers: { "Cache-Control": "no-store" } });
}
