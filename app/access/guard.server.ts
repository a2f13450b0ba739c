import { redirect } from "@remix-run/node";
import type { Ctx } from "~/db/ctx.ts";
import { recordAlone } from "~/audit/record.server.ts";
import { Forbidden, NotHere } from "~/platform/errors.ts";
import { log } from "~/platform/log.server.ts";
import { readCookie, SESSION } from "./cookies.server.ts";
import { staffCtx } from "./ctx.server.ts";
import { mustEnroll } from "./login.server.ts";
import { isHere, may, type Permission } from "./policy.ts";
import { findSession, idleSeconds, type StaffSession } from "./session.server.ts";

// One lookup a request, however many loaders it runs: they share the load context that Express made for it.
const perRequest = new WeakMap<object, Promise<StaffSession | null>>();

export function sessionOf(request: Request, context: object): Promise<StaffSession | null> {
  const known = perRequest.get(context);
  if (known) return known;
  const token = readCookie(request, SESSION);
  const finding = token ? findSession(token, idleSeconds(request)) : Promise.resolve(null);
  perRequest.set(context, finding);
  return finding;
}

function loginFor(request: Request): Response {
  const { pathname, search } = new URL(request.url);
  const to = request.method === "GET" ? pathname.replace(/\.data$/, "") + search.replace(/[?&]_routes=[^&]*/, "") : "/";
  return redirect(to === "/" || to === "/_root" ? "/login" : `/login?to=${encodeURIComponent(to)}`);
}

/** Session, second factor and permission, once, for every page and act: what is not allowed here goes no further. */
export async function guard(request: Request, context: object, permission: Permission): Promise<Ctx & { staff: StaffSession }> {
  const session = await sessionOf(request, context);
  if (!session) throw loginFor(request);
  if (session.totp_confirmed && !session.second_factor) throw redirect("/login/verify");
  if (!session.totp_confirmed && mustEnroll(session.role) && !new URL(request.url).pathname.startsWith("/settings/security")) {
    throw redirect("/settings/security?enroll=required");
  }
  const ctx = await staffCtx(request, session);
  // Nobody was refused anything: there is no such page.
  if (!isHere(permission)) throw new NotHere();
  if (!may(session.role, permission)) {
    await recordAlone(ctx, {
      action: "access.refused",
      resource: "page",
      resourceId: new URL(request.url).pathname,
      details: { permission, method: request.method },
    }).catch((error: Error) => log.warn({ reason: error.message }, "a refusal could not be recorded"));
    throw new Forbidden("Your role does not include this page");
  }
  return { ...ctx, staff: session };
}
