import type { ReactNode } from "react";
import { Link, useLoaderData } from "@remix-run/react";
import { protectedAction, protectedLoader } from "~/access/page.server.ts";
import { may } from "~/access/policy.ts";
import { certificateFacts } from "~/domains/learning/certificates/certificate.server.ts";
import { verifyPath } from "~/domains/learning/certificates/number.ts";
import { revokeCertificate } from "~/domains/learning/certificates/revoke.server.ts";
import { env } from "~/platform/env.server.ts";
import { History } from "~/resources/history-view.tsx";
import { history } from "~/resources/history.server.ts";
import { CopyButton } from "~/ui/feedback/copy.tsx";
import { Notice } from "~/ui/feedback/empty.tsx";
import { Form, Submit, Textarea } from "~/ui/form/form.tsx";
import { LinkButton } from "~/ui/form/link-button.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { FactList } from "~/ui/layout/fact-list.tsx";
import { Panel, WithAside } from "~/ui/layout/panel.tsx";
import { Clock } from "~/ui/time/time.tsx";
import { CertificateBadge } from "./certificate-badge.tsx";

type Shown = { certificate_no: string };
export const handle = {
  crumbs: (data: Shown | undefined) => [
    { label: "Certificates", to: "/data/certificate" },
    { label: data?.certificate_no ?? "" },
  ],
};
export const meta = ({ data }: { data?: Shown }) => [{ title: `${data?.certificate_no ?? "Certificate"} · Invigil` }];

export const loader = protectedLoader("platform.read", async ({ ctx, params }) => {
  const id = params["id"] ?? "";
  const certificate = await certificateFacts({ ctx, input: { id } });
  return {
    ...certificate,
    past: await history({ ctx, input: { resource: "certificate", id } }),
    verifyUrl: new URL(verifyPath(certificate.certificate_no), env().INVIGIL_URL).href,
    role: ctx.actor.role,
  };
});

export const action = protectedAction("platform.manage", async ({ ctx, form, params }) => {
  form.intent("revoke");
  await revokeCertificate({ ctx, input: { id: params["id"] ?? "", reason: form.get("reason") } });
  return { message: "Certificate revoked. The public check says so." };
});

export default function CertificatePage() {
  const data = useLoaderData<typeof loader>();
  const facts: [string, ReactNode][] = [
    [
      "Student",
      <Link key="person" className="link" to={`/people/${data.user_id}`}>
        {data.person}
      </Link>,
    ],
    [
      "Course",
      <Link key="course" className="link" to={`/learning/courses/${data.course_id}`}>
        {data.course}
      </Link>,
    ],
    ["Issued", <Clock key="issued" at={data.issued_at} withDay />],
    ["Issued by", data.issued_by ?? "the course's rule, on completion"],
    ["Expires", data.expires_at ? <Clock key="expires" at={data.expires_at} withDay /> : "never"],
    ...(data.superseded_at
      ? [["Replaced", <Clock key="replaced" at={data.superseded_at} withDay />] as [string, ReactNode]]
      : []),
  ];
  return (
    <Page
      title={data.certificate_no}
      badge={<CertificateBadge state={data.state} />}
      context={`Certificate of ${data.college}`}
      actions={
        <>
          <LinkButton to={verifyPath(data.certificate_no)}>Public page</LinkButton>
          {data.state !== "revoked" && (
            <LinkButton reloadDocument to={`/learning/certificates/${data.id}/pdf`}>
              Download PDF
            </LinkButton>
          )}
        </>
      }
    >
      {data.revoked_at && (
        <Notice tone="bad" title={`Revoked: ${data.revoked_reason ?? ""}`}>
          <Clock at={data.revoked_at} withDay />
          {data.revoked_by && ` by ${data.revoked_by}`}
        </Notice>
      )}
      <WithAside aside={<History entries={data.past} />}>
        <Panel title="Facts">
          <FactList facts={facts} />
        </Panel>
        <Panel title="Verification" aside={<CopyButton text={data.verifyUrl} label="Copy address" />}>
          <p className="mono break-all">{data.verifyUrl}</p>
        </Panel>
        {may(data.role, "platform.manage") && data.state !== "revoked" && (
          <Panel title="Revoke">
            <Form intent="revoke">
              <Textarea
                label="Reason"
                name="reason"
                hint="Kept in the audit log. The public page says only that it was revoked."
              />
              <Submit tone="danger">Revoke certificate</Submit>
            </Form>
          </Panel>
        )}
      </WithAside>
    </Page>
  );
}
