import { data, redirect, type ActionFunctionArgs, type LoaderFunctionArgs, type MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { databaseUnavailable } from "~/access/database-unavailable.server.ts";
import { primaryIsSilent } from "~/access/away-session.server.ts";
import { authenticator } from "~/access/login.server.ts";
import { sessionOf } from "~/access/guard.server.ts";
import { ownPath } from "~/access/own-path.ts";
import { refusalOf } from "~/platform/action-result.ts";
import { AppError, retryAfter } from "~/platform/errors.ts";
import { env } from "~/platform/env.server.ts";
import { Form, Input, Submit } from "~/ui/form/form.tsx";

export { headers } from "./retry-headers.ts";

export const meta: MetaFunction = () => [{ title: "Log in · Invigil" }];

export async function loader({ request, context }: LoaderFunctionArgs) {
  const session = await sessionOf(request, context).catch(() => null);
  if (session && (!session.totp_confirmed || session.second_factor))
    throw redirect(ownPath(new URL(request.url).searchParams.get("to")));
  return { demo: env().demo, silent: primaryIsSilent() };
}

export async function action({ request }: ActionFunctionArgs) {
  const to = ownPath(new URL(request.url).searchParams.get("to"));
  // Caught here: a body that is cut must not become a rejection that nobody hears, which would end the process.
  const email = request
    .clone()
    .formData()
    .then((form) => String(form.get("email") ?? ""))
    .catch(() => "");
  const result = await authenticator()
    .authenticate("form", request)
    .catch((error: unknown) => {
      const unavailable = databaseUnavailable(error);
      if (unavailable) return unavailable;
      throw error;
    });
  if (result instanceof AppError) {
    const status = result.status === 422 ? 401 : result.status;
    return data(refusalOf(result, { email: await email }), { status, headers: retryAfter(result) });
  }
  const headers = new Headers();
  for (const cookie of result.cookies) headers.append("Set-Cookie", cookie);
  if (result.next === "verify") return redirect(`/login/verify?to=${encodeURIComponent(to)}`, { headers });
  if (result.next === "database") return redirect(to === "/" ? "/database" : to, { headers });
  return redirect(result.next === "enroll" ? "/settings/security?enroll=required" : to, { headers });
}

const DEMO = [
  ["super@invigil.local", "everything"],
  ["manager@invigil.local", "one college"],
  ["proctor@invigil.local", "reviews"],
  ["sre@invigil.local", "the database"],
  ["auditor@invigil.local", "the log"],
] as const;

export default function Login() {
  const { demo, silent } = useLoaderData<typeof loader>();
  return (
    <>
      <h1 className="mb-4 text-[16px] font-[620]">Log in</h1>
      {silent && (
        <p className="mb-4 text-[13px]" role="status">
          The primary database does not answer. SREs, super-admins and auditors can log in for 15 minutes to use the database
          pages: a standby checks the password. Everyone else has to wait until it is back.
        </p>
      )}
      <Form>
        <Input label="E-mail" name="email" type="email" autoComplete="username" autoFocus required />
        <Input label="Password" name="password" type="password" autoComplete="current-password" required />
        <Submit busy="Checking…">Log in</Submit>
      </Form>
      {demo && (
        <div className="mt-5 border-t pt-4 text-[12px] text-muted">
          <p>This is the demo. All accounts have the password that was printed at the start:</p>
          <ul className="mt-2 flex flex-col gap-0.5">
            {DEMO.map(([email, what]) => (
              <li key={email} className="flex justify-between gap-3">
                <span className="mono text-ink">{email}</span>
                <span>{what}</span>
              </li>
            ))}
          </ul>
        </div>
      )}
    </>
  );
}
