import { useLoaderData } from "@remix-run/react";
import { protectedLoader } from "~/access/page.server.ts";
import { requireStatement, sayAppeal, sayProof } from "~/domains/integrity/statement/read.server.ts";
import { Page } from "~/ui/layout/page.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { Clock } from "~/ui/time/time.tsx";

export const handle = {
  crumbs: (data: { attemptId: string; no: number } | undefined) => [
    { label: "Review", to: "/integrity" },
    { label: data ? `Candidate ${data.no}` : "Attempt", to: data ? `/integrity/attempts/${data.attemptId}` : undefined },
    { label: "Statement" },
  ],
};
export const meta = () => [{ title: "Statement · Invigil" }];

export const loader = protectedLoader("integrity.read", async ({ ctx, params }) => {
  const attemptId = params["id"] ?? "";
  const found = await requireStatement({ ctx, input: { attemptId } });
  const { title, claim, sections, facts } = found.body;
  return {
    attemptId,
    no: facts.candidateNo,
    exam: facts.exam.title,
    college: found.college,
    student: found.student,
    at: found.created_at,
    title,
    claim,
    sections,
    appeal: sayAppeal(found),
    proof: sayProof(found),
  };
});

const Lines = ({ lines }: { lines: string[] }) => (
  <ul className="flex max-w-[90ch] list-disc flex-col gap-1.5 pl-4">
    {lines.map((line) => (
      <li key={line}>{line}</li>
    ))}
  </ul>
);

export default function StatementPage() {
  const statement = useLoaderData<typeof loader>();
  return (
    <Page
      title={statement.title}
      context={
        <>
          {statement.student}, candidate {statement.no} · {statement.exam} · {statement.college} · as decided{" "}
          <Clock at={statement.at} withDay />
        </>
      }
      actions={
        <a className="control" href={`/integrity/attempts/${statement.attemptId}/statement.pdf`} download>
          Download PDF
        </a>
      }
    >
      <Panel>
        <p className="max-w-[90ch] pt-2 text-[15px] font-[560]">{statement.claim}</p>
      </Panel>
      {statement.appeal && (
        <Panel title="Since then">
          <Lines lines={[statement.appeal]} />
        </Panel>
      )}
      {statement.sections.map((section) => (
        <Panel key={section.title} title={section.title}>
          <Lines lines={section.lines} />
        </Panel>
      ))}
      <Panel title="Proof">
        <Lines lines={[statement.proof]} />
      </Panel>
    </Page>
  );
}
