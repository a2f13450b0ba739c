import type { LoaderFunctionArgs } from "@remix-run/node";
import { webMetrics } from "~/metrics/web.server.ts";

export const loader = ({ request }: LoaderFunctionArgs) =>
  webMetrics(
    request.headers.get("x-invigil-address") ?? undefined,
    request.headers.get("authorization") ?? undefined,
    new URL(request.url).searchParams.get("scope") === "process",
  );
