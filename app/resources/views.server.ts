import { z } from "zod";
import { reach, type Permission } from "~/access/policy.ts";
import { covers, tenantsOf } from "~/access/tenants-of.server.ts";
import { mutation, read, record } from "~/access/verb.server.ts";
import { NotFound } from "~/platform/errors.ts";
import { newId } from "~/platform/ids.ts";
import { resourceNamed } from "./registry.ts";

/** Who may see the page that a view belongs to: a list by its resource, or the audit log. */
const pagePermission = (page: string): Permission =>
  page === "/audit" ? "audit.read" : resourceNamed(page.replace(/^\/data\//, "")).read;

export const savedViews = read({
  name: "views.list",
  permission: "self",
  on: "primary",
  input: z.object({ page: z.string() }),
  async run({ ctx, input }) {
    const sees = reach(ctx.actor.role, pagePermission(input.page));
    if (!sees) return [];
    const mine = await tenantsOf(ctx);
    // Their filters hold names and ids of the tenants that whoever shared them could see.
    const shared = sees === "all" ? { shared: true } : { shared: true, everywhere: false, tenantIds: { isEmpty: false } };
    const views = await ctx.tx.prisma.savedView.findMany({
      where: { page: input.page, OR: [{ staffId: ctx.actor.id ?? "" }, ...(sees === "own" || sees === "load" ? [] : [shared])] },
      select: { id: true, name: true, query: true, shared: true, staffId: true, everywhere: true, tenantIds: true },
      orderBy: { name: "asc" },
      take: 500,
    });
    return views
      .filter((view) => view.staffId === ctx.actor.id || covers(mine, view.everywhere ? "all" : view.tenantIds))
      .slice(0, 50)
      .map(({ everywhere: _everywhere, tenantIds: _tenants, ...view }) => view);
  },
});

export const saveView = mutation({
  name: "views.save",
  permission: (_ctx, input) => pagePermission(input.page),
  input: z.object({
    page: z.string().max(120),
    name: z.string().trim().min(1, "Enter a name for the view").max(60, "At most 60 characters"),
    query: z.string().max(4000),
    shared: z.boolean(),
  }),
  async run({ ctx, input }) {
    const id = newId();
    const tenantIds = ctx.scope.kind === "tenants" ? [...ctx.scope.ids] : [];
    const everywhere = ctx.scope.kind === "all";
    await ctx.tx.prisma.savedView.create({ data: { id, staffId: ctx.actor.id ?? "", ...input, everywhere, tenantIds } });
    await record(ctx, {
      action: "saved_view.create",
      resource: "saved_view",
      resourceId: id,
      after: { name: input.name, page: input.page, shared: input.shared },
    });
  },
});

export const removeView = mutation({
  name: "views.remove",
  permission: "self",
  input: z.object({ id: z.uuid() }),
  async run({ ctx, input }) {
    const gone = await ctx.tx.prisma.savedView.deleteMany({ where: { id: input.id, staffId: ctx.actor.id ?? "" } });
    if (gone.count === 0) throw new NotFound("View not found");
    await record(ctx, { action: "saved_view.delete", resource: "saved_view", resourceId: input.id });
  },
});
