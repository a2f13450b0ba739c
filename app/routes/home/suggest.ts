import { protectedLoader } from "~/access/page.server.ts";
import { find } from "./find.server.ts";

export const loader = protectedLoader("self", async ({ ctx, url }) =>
  Response.json({ found: await find({ ctx, input: { q: url.searchParams.get("q")?.slice(0, 200) ?? "" } }) }),
);
