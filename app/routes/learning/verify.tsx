import { data, type LoaderFunctionArgs } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { anonymousCtx } from "~/access/ctx.server.ts";
import { databaseUnavailable } from "~/access/database-unavailable.server.ts";
import { verifyCertificate } from "~/domains/learning/certificates/verify.server.ts";
import { TooMany } from "~/platform/errors.ts";
import { dateFormat } from "~/platform/intl.ts";
import { PublicPage } from "~/ui/layout/public-page.tsx";
import { CertificateBadge } from "./certificate-badge.tsx";

export const meta = () => [{ title: "Verify a certificate" }, { name: "robots", content: "noindex" }];

/** For anyone: no login, and nothing but what stands on the certificate. */
export async function loader({ request, params }: LoaderFunctionArgs) {
  const number = params["number"] ?? "";
  try {
    const found = await verifyCertificate(anonymousCtx(request), number);
    return data({ found, message: null }, { status: found ? 200 : 404 });
  } catch (error) {
    if (error instanceof TooMany)
      return data(
        { found: null, message: error.message },
        { status: 429, headers: { "Retry-After": String(error.retryAfterSeconds) } },
      );
    const unavailable = databaseUnavailable(error);
    if (!unavailable) throw error;
    return data(
      { found: null, message: "Certificates can't be checked right now. Try again in a minute." },
      { status: 503, headers: { "Retry-After": "60" } },
    );
  }
}

export const headers = ({ loaderHeaders }: { loaderHeaders: Headers }): Record<string, string> => {
  const wait = loaderHeaders.get("Retry-After");
  return { "X-Robots-Tag": "noindex", ...(wait ? { "Retry-After": wait } : {}) };
};

const SAYS = {
  valid: "This certificate is valid.",
  expired: "This certificate has expired.",
  revoked: "This certificate was revoked.",
};
const dayOf = (at: Date | string) =>
  dateFormat("en-GB", { timeZone: "UTC", day: "numeric", month: "long", year: "numeric" }).format(new Date(at));

export default function Verify() {
  const { found, message } = useLoaderData<typeof loader>();
  const rows = found
    ? [
        ["Name", found.person],
        ["Course", found.course],
        ["Issued by", found.college],
        ["Issued on", dayOf(found.issuedAt)],
        ["Valid until", found.expiresAt ? dayOf(found.expiresAt) : "no end"],
        ...(found.revokedAt ? [["Revoked on", dayOf(found.revokedAt)]] : []),
        ["Number", found.number],
      ]
    : [];
  return (
    <PublicPage>
      <h1 className="flex flex-wrap items-center gap-2.5 text-[16px] font-[620]">
        {found ? SAYS[found.state] : (message ?? "There is no certificate with this number.")}
        {found && <CertificateBadge state={found.state} />}
      </h1>
      {found && (
        <dl className="mt-4 flex flex-col gap-2.5">
          {rows.map(([label, value]) => (
            <div key={label} className="grid grid-cols-[110px_minmax(0,1fr)] gap-3">
              <dt className="text-muted">{label}</dt>
              <dd className="break-words">{value}</dd>
            </div>
          ))}
        </dl>
      )}
      {!found && !message && (
        <p className="mt-2 text-muted">Check the number on the certificate: it is case-insensitive, with its dashes.</p>
      )}
    </PublicPage>
  );
}
