import { description } from "./openapi.server.ts";

export const loader = () =>
  new Response(JSON.stringify(description()), {
    headers: { "Content-Type": "application/json", "Cache-Control": "public, max-age=300" },
  });
