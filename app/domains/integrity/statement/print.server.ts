import { z } from "zod";
import { mutation, record } from "~/access/verb.server.ts";
import { exactTime } from "~/platform/format.ts";
import { printPdf, type Print } from "~/platform/pdf.server.ts";
import { requireStatement, sayAppeal, sayProof, type KnownStatement } from "./read.server.ts";

/** The statement, taken out to be printed. It names a person, so the log says who did. */
const takeStatement = mutation({
  name: "integrity.print_statement",
  permission: "integrity.read",
  input: z.object({ attemptId: z.uuid() }),
  async run({ ctx, input }) {
    const statement = await requireStatement({ ctx, input });
    await record(ctx, {
      action: "integrity.print_statement",
      resource: "student_exam_attempt",
      resourceId: input.attemptId,
    });
    return { statement, now: ctx.clock.now() };
  },
});

function printOf(statement: KnownStatement, now: Date): Print {
  const { body, time_zone } = statement;
  const { exam, candidateNo } = body.facts;
  const appeal = sayAppeal(statement);
  return {
    title: body.title,
    context: [
      `${exam.title} · ${statement.college}`,
      `Candidate ${candidateNo}: ${statement.student}${statement.roll_no ? `, roll number ${statement.roll_no}` : ""}`,
      `As decided on ${exactTime(statement.created_at, time_zone)}; printed ${exactTime(now, time_zone)}`,
    ],
    claim: body.claim,
    sections: [
      ...(appeal ? [{ title: "Since then", lines: [appeal] }] : []),
      ...body.sections,
      { title: "Proof", lines: [sayProof(statement)] },
    ],
    footer: `Candidate ${candidateNo}, ${exam.title}. Agreement is evidence to weigh, not a verdict.`,
  };
}

/** The statement as a PDF; drawn when the transaction has ended. */
export async function printStatement(work: Parameters<typeof takeStatement>[0]): Promise<{ pdf: Buffer; name: string }> {
  const { statement, now } = await takeStatement(work);
  return {
    pdf: await printPdf(printOf(statement, now), now),
    name: `statement-candidate-${statement.body.facts.candidateNo}.pdf`,
  };
}
