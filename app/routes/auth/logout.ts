import { redirect, type ActionFunctionArgs } from "@remix-run/node";
import { clearCookie, SESSION } from "~/access/cookies.server.ts";
import { staffCtx } from "~/access/ctx.server.ts";
import { sessionOf } from "~/access/guard.server.ts";
import { revokeSession } from "~/access/staff/sessions.server.ts";

export async function action({ request, context }: ActionFunctionArgs) {
  const session = await sessionOf(request, context);
  if (session)
    await revokeSession({ ctx: await staffCtx(request, session), input: { id: session.id, action: "session.logout" } });
  return redirect("/login", { headers: { "Set-Cookie": clearCookie(SESSION) } });
}

export const loader = () => redirect("/");
