import type { LoaderFunctionArgs } from "@remix-run/node";
import { webMetrics } from "~/metrics/web.server.ts";

export const loader = ({ request }: LoaderFunctionArgs) => {
  const query = new URL(request.url).searchParams;
  return webMetrics(request.headers.get("x-invigil-address") ?? undefined, request.headers.get("authorization") ?? undefined, {
    own: query.get("scope") === "process",
    server: query.get("server"),
  });
};
