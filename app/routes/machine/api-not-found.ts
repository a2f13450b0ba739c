import { problem } from "~/platform/problem.server.ts";

/** A machine is told what is wrong, not sent to the page where people log in. */
const nothing = ({ request }: { request: Request }) =>
  problem(request, 404, `There is nothing at ${new URL(request.url).pathname}; see /api/v1/openapi.json`);

export const loader = nothing;
export const action = nothing;
