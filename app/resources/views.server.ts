import { z } from "zod";
import { mutation, read, record } from "~/access/verb.server.ts";
import { NotFound } from "~/platform/errors.ts";
import { newId } from "~/platform/ids.ts";

export const savedViews = read({
  name: "views.list",
  permission: "self",
  on: "primary",
  input: z.object({ page: z.string() }),
  run: ({ ctx, input }) =>
    ctx.tx.prisma.savedView.findMany({
      where: { page: input.page, OR: [{ staffId: ctx.actor.id ?? "" }, { shared: true }] },
      select: { id: true, name: true, query: true, shared: true, staffId: true },
      orderBy: { name: "asc" },
      take: 50,
    }),
});

export const saveView = mutation({
  name: "views.save",
  permission: "self",
  input: z.object({
    page: z.string().max(120),
    name: z.string().trim().min(1, "Give the view a name").max(60, "At most 60 characters"),
    query: z.string().max(4000),
    shared: z.boolean(),
  }),
  async run({ ctx, input }) {
    const id = newId();
    await ctx.tx.prisma.savedView.create({ data: { id, staffId: ctx.actor.id ?? "", ...input } });
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
    if (gone.count === 0) throw new NotFound("There is no such view of yours");
    await record(ctx, { action: "saved_view.delete", resource: "saved_view", resourceId: input.id });
  },
});
