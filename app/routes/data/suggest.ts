import "~/domains/resources.ts";
import { protectedLoader } from "~/access/page.server.ts";
import { suggest } from "~/resources/verbs.server.ts";

export const loader = protectedLoader("self", async ({ ctx, params, url }) =>
  Response.json({
    found: await suggest({
      ctx,
      input: { resource: params["resource"] ?? "", q: url.searchParams.get("q")?.slice(0, 100) ?? "" },
    }),
  }),
);
