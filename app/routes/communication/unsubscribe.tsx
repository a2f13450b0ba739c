import { data, type ActionFunctionArgs, type LoaderFunctionArgs } from "@remix-run/node";
import { Form, useActionData, useLoaderData } from "@remix-run/react";
import { anonymousCtx } from "~/access/ctx.server.ts";
import { databaseUnavailable } from "~/access/database-unavailable.server.ts";
import { readUnsubscribe } from "~/domains/communication/unsubscribe/token.server.ts";
import { unsubscribe } from "~/domains/communication/unsubscribe/unsubscribe.server.ts";
import { Button } from "~/ui/form/form.tsx";
import { PublicPage } from "~/ui/layout/public-page.tsx";

export const meta = () => [{ title: "Unsubscribe" }, { name: "robots", content: "noindex" }];
export const headers = () => ({ "X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer" });

const ABOUT = {
  EXAM: "reminders of exams",
  ASSIGNMENT: "reminders of assignments",
  ANNOUNCEMENT: "announcements",
  OTHER: "reminders of other events",
};

/** Looking changes nothing: mail programs and their scanners open links by themselves. */
export function loader({ params }: LoaderFunctionArgs) {
  const found = readUnsubscribe(params["token"] ?? "");
  return data({ about: found ? ABOUT[found.type] : null }, { status: found ? 200 : 404 });
}

/** By the button below, or by the mail program itself (RFC 8058): no login, no cookie, no second question. */
export async function action({ request, params }: ActionFunctionArgs) {
  const found = readUnsubscribe(params["token"] ?? "");
  if (!found) return data({ message: null }, { status: 404 });
  try {
    await unsubscribe(anonymousCtx(request), found);
    return data({ message: `You get no more ${ABOUT[found.type]} by e-mail.` });
  } catch (error) {
    const unavailable = databaseUnavailable(error);
    if (!unavailable) throw error;
    return data(
      { message: "This can't be saved right now. Try again in a minute." },
      { status: 503, headers: { "Retry-After": "60" } },
    );
  }
}

export default function UnsubscribePage() {
  const { about } = useLoaderData<typeof loader>();
  const done = useActionData<typeof action>();
  const title = done?.message ?? (about ? `Stop ${about} by e-mail?` : "This link is not complete.");
  return (
    <PublicPage>
      <h1 className="text-[16px] font-[620]">{title}</h1>
      {!about && <p className="mt-2 text-muted">Open the link at the end of the e-mail again, or copy all of it.</p>}
      {about && !done?.message && (
        <>
          <p className="mt-2 text-muted">They stay in your notifications on the platform.</p>
          <Form method="post" className="mt-4">
            <Button type="submit" tone="primary">
              Unsubscribe
            </Button>
          </Form>
        </>
      )}
    </PublicPage>
  );
}
