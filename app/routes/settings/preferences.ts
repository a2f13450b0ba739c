import { redirect, type ActionFunctionArgs } from "@remix-run/node";
import { setCookie, THEME, ZONE } from "~/access/cookies.server.ts";
import { guard } from "~/access/guard.server.ts";
import { ownPath } from "~/access/own-path.ts";
import { chooseTenant } from "~/access/session.server.ts";
import { isUuid } from "~/platform/ids.ts";

const YEAR = 365 * 24 * 3600;

/** How this browser shows things, and which tenant this session works in: nothing that another person sees. */
export async function action({ request, context }: ActionFunctionArgs) {
  const ctx = await guard(request, context, "self");
  const form = await request.formData();
  const headers = new Headers();
  const theme = form.get("theme");
  if (typeof theme === "string" && ["light", "dark", "system"].includes(theme))
    headers.append("Set-Cookie", setCookie(THEME, theme, YEAR));
  const zone = form.get("zone");
  if (typeof zone === "string" && /^[\w/+-]{1,64}$/.test(zone)) headers.append("Set-Cookie", setCookie(ZONE, zone, YEAR));
  const tenant = form.get("tenant");
  if (typeof tenant === "string" && (tenant === "" || isUuid(tenant))) {
    await chooseTenant(ctx.staff.id, tenant || null);
  }
  const to = form.get("to");
  return redirect(ownPath(typeof to === "string" ? to : "/"), { headers });
}

export const loader = () => redirect("/");
