import { data, redirect, type ActionFunctionArgs, type LoaderFunctionArgs, type MetaFunction } from "@remix-run/node";
import { isUnavailable } from "~/db/retry.ts";
import { verifyAway } from "~/access/away-session.server.ts";
import { staffCtx } from "~/access/ctx.server.ts";
import { DEVICE, readCookie, SESSION, setCookie } from "~/access/cookies.server.ts";
import { sessionOf } from "~/access/guard.server.ts";
import { ownPath } from "~/access/own-path.ts";
import { ABSOLUTE_HOURS } from "~/access/session.server.ts";
import { verifySecondFactor } from "~/access/step-up.server.ts";
import { AppError, retryAfter } from "~/platform/errors.ts";
import { refusalOf } from "~/platform/action-result.ts";
import { Form, Input, Submit } from "~/ui/form/form.tsx";

export { headers } from "./retry-headers.ts";

export const meta: MetaFunction = () => [{ title: "Enter your code · Invigil" }];

export async function loader({ request, context }: LoaderFunctionArgs) {
  const session = await sessionOf(request, context);
  if (!session) throw redirect("/login");
  if (!session.totp_confirmed || session.second_factor) throw redirect("/");
  return null;
}

export async function action({ request, context }: ActionFunctionArgs) {
  const session = await sessionOf(request, context);
  if (!session) throw redirect("/login");
  const form = await request.formData();
  try {
    const ctx = await staffCtx(request, session);
    const code = String(form.get("code") ?? "");
    const verified = await verifySecondFactor(ctx, code, readCookie(request, DEVICE)).catch(async (error: unknown) => {
      if (isUnavailable(error)) return { token: await verifyAway(ctx, code), device: null };
      throw error;
    });
    const headers = new Headers({ "Set-Cookie": setCookie(SESSION, verified.token, ABSOLUTE_HOURS * 3600) });
    if (verified.device) headers.append("Set-Cookie", verified.device);
    return redirect(ownPath(new URL(request.url).searchParams.get("to")), { headers });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return data(refusalOf(error), { status: error.status, headers: retryAfter(error) });
  }
}

export default function Verify() {
  return (
    <>
      <h1 className="mb-1 text-[16px] font-[620]">Enter your code</h1>
      <p className="mb-4 text-muted">From your authenticator app, or one of your recovery codes.</p>
      <Form>
        <Input label="Code" name="code" autoComplete="one-time-code" inputMode="text" autoFocus required />
        <Submit busy="Checking…">Continue</Submit>
      </Form>
    </>
  );
}
