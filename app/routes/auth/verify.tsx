import { data, redirect, type ActionFunctionArgs, type LoaderFunctionArgs, type MetaFunction } from "@remix-run/node";
import { isAway } from "~/db/retry.ts";
import { verifyAway } from "~/access/away-session.server.ts";
import { staffCtx } from "~/access/ctx.server.ts";
import { SESSION, setCookie } from "~/access/cookies.server.ts";
import { sessionOf } from "~/access/guard.server.ts";
import { ABSOLUTE_HOURS } from "~/access/session.server.ts";
import { verifySecondFactor } from "~/access/step-up.server.ts";
import { AppError, Invalid } from "~/platform/errors.ts";
import { Form, Input, Submit } from "~/ui/form/form.tsx";

export const meta: MetaFunction = () => [{ title: "Enter your code · Invigil" }];

const safe = (to: string | null) => (to && /^\/(?![/\\])/.test(to) ? to : "/");

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
    const token = await verifySecondFactor(ctx, code).catch((error: unknown) => {
      if (isAway(error)) return verifyAway(ctx, code);
      throw error;
    });
    return redirect(safe(new URL(request.url).searchParams.get("to")), {
      headers: { "Set-Cookie": setCookie(SESSION, token, ABSOLUTE_HOURS * 3600) },
    });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return data(
      { ok: false, message: error.message, fields: error instanceof Invalid ? error.fields : {} },
      { status: error.status },
    );
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
