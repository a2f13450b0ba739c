import { data, redirect, type ActionFunctionArgs, type MetaFunction } from "@remix-run/node";
import { anonymousCtx } from "~/access/ctx.server.ts";
import { resetPassword } from "~/access/staff/reset-password.server.ts";
import { AppError, retryAfter } from "~/platform/errors.ts";
import { refusalOf } from "~/platform/action-result.ts";
import { Form, Input, Submit } from "~/ui/form/form.tsx";

export { headers } from "./retry-headers.ts";

export const meta: MetaFunction = () => [{ title: "Choose a password · Invigil" }];

export async function action({ request, params }: ActionFunctionArgs) {
  const form = await request.formData();
  try {
    await resetPassword(anonymousCtx(request), {
      token: params["token"] ?? "",
      password: String(form.get("password") ?? ""),
      again: String(form.get("again") ?? ""),
    });
    return redirect("/login");
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return data(refusalOf(error), { status: error.status, headers: retryAfter(error) });
  }
}

export default function Reset() {
  return (
    <>
      <h1 className="mb-1 text-[16px] font-[620]">Choose a password</h1>
      <p className="mb-4 text-muted">At least 12 characters. All your sessions end when you save it.</p>
      <Form>
        <Input label="New password" name="password" type="password" autoComplete="new-password" autoFocus required />
        <Input label="Once more" name="again" type="password" autoComplete="new-password" required />
        <Submit busy="Saving…">Set the password</Submit>
      </Form>
    </>
  );
}
