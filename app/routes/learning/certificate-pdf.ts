import { protectedLoader } from "~/access/page.server.ts";
import { recordAlone } from "~/audit/record.server.ts";
import { certificateFacts } from "~/domains/learning/certificates/certificate.server.ts";
import { certificatePdf } from "~/domains/learning/certificates/document.server.ts";
import { verifyPath } from "~/domains/learning/certificates/number.ts";
import { env } from "~/platform/env.server.ts";
import { Conflict } from "~/platform/errors.ts";

export const loader = protectedLoader("platform.read", async ({ ctx, params }) => {
  const certificate = await certificateFacts({ ctx, input: { id: params["id"] ?? "" } });
  if (certificate.state === "revoked") throw new Conflict("This certificate was revoked, and is not handed out any more.");
  const pdf = await certificatePdf(certificate, new URL(verifyPath(certificate.certificate_no), env().INVIGIL_URL).href);
  await recordAlone(ctx, {
    action: "certificate.download",
    resource: "certificate",
    resourceId: certificate.id,
    collegeId: certificate.college_id,
    details: { number: certificate.certificate_no },
  });
  return new Response(new Uint8Array(pdf), {
    headers: {
      "Content-Type": "application/pdf",
      "Content-Disposition": `attachment; filename="${certificate.certificate_no.replaceAll(/[^\w.-]/g, "-")}.pdf"`,
    },
  });
});
