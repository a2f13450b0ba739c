import { Form, isRouteErrorResponse, Link, useLocation } from "@remix-run/react";
import { Button } from "~/ui/form/form.tsx";
import { useLive } from "~/ui/live.ts";

type Said = { message?: string; requestId?: string; elsewhere?: { id: string; name: string }; notHere?: boolean };

const TITLES: Record<number, string> = {
  403: "No access",
  404: "Not found",
  409: "Changed by someone else",
  422: "Invalid address",
  429: "Too many attempts",
  503: "The database can't be reached",
};

const ADVICE: Record<number, string> = {
  403: "Your role does not include this page. Ask a super-admin for access. This attempt is recorded in the audit log.",
  404: "It may have been removed, or belongs to a tenant outside your scope.",
  503: "This page retries by itself. If you were saving something, check whether it was saved once the database is back. Database pages still open.",
};

/** What happened, what was saved, what to do. */
export function ErrorPage({ error, bare = false }: { error: unknown; bare?: boolean }) {
  const status = isRouteErrorResponse(error) ? error.status : 500;
  const said = readSaid(isRouteErrorResponse(error) ? error.data : null);
  // What is away comes back, and whoever waits for it should not have to ask.
  useLive(status === 503, 5000, null);
  const { pathname } = useLocation();
  // The frame around it has the page's landmark.
  const Element = bare ? "main" : "div";
  const advice = said.elsewhere || said.notHere ? null : ADVICE[status];
  const title = said.elsewhere ? "In another tenant" : said.notHere ? "Not part of this installation" : TITLES[status];
  return (
    <Element className={`flex flex-col items-start gap-2 px-6 ${bare ? "mx-auto max-w-xl py-24" : "py-16"}`}>
      <p className="mono text-muted">{status}</p>
      <h1 className="text-[19px] font-[620] tracking-[-0.012em]">{title ?? "Something went wrong on our side"}</h1>
      {!said.elsewhere && (
        <p className="max-w-[70ch]">
          {said.message ??
            (status === 404
              ? "There is no page at this address."
              : "If you were saving something, check whether it was saved before you retry.")}
        </p>
      )}
      {said.elsewhere && (
        <Form method="post" action="/settings/preferences" reloadDocument className="flex flex-wrap items-center gap-3">
          <input type="hidden" name="intent" value="tenant" />
          <input type="hidden" name="to" value={pathname} />
          <span>This record belongs to {said.elsewhere.name}.</span>
          <Button type="submit" tone="primary" name="tenant" value={said.elsewhere.id}>
            Switch to {said.elsewhere.name}
          </Button>
        </Form>
      )}
      {advice && <p className="max-w-[70ch] text-muted">{advice}</p>}
      {said.requestId && <p className="mono text-muted">Request {said.requestId}</p>}
      <p className="mt-2 flex gap-4">
        <Link to="/" className="link">
          Go to the overview
        </Link>
        {(status === 503 || said.notHere) && (
          <Link to="/database" className="link">
            See the database
          </Link>
        )}
      </p>
    </Element>
  );
}

function readSaid(data: unknown): Said {
  if (typeof data === "string") {
    try {
      return JSON.parse(data) as Said;
    } catch {
      return {};
    }
  }
  return (data as Said | null) ?? {};
}
