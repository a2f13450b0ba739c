import type { TxCtx } from "~/db/ctx.ts";
import { newId } from "~/platform/ids.ts";

type Target = { examId: string; collegeId: string; firstPlace: number };

/** Questions of one tenant, with their options, again in a paper of the same tenant; in the order of `questionIds`. */
export async function copyQuestions(ctx: TxCtx, questionIds: readonly string[], target: Target): Promise<number> {
  const { prisma } = ctx.tx;
  const { collegeId } = target;
  const found = await prisma.question.findMany({
    where: { id: { in: [...questionIds] }, collegeId },
    include: { questionOptions: { orderBy: [{ orderIndex: "asc" }, { id: "asc" }] } },
  });
  const known = new Map(found.map((question) => [question.id, question]));
  const copies = questionIds.flatMap((id) => {
    const question = known.get(id);
    return question ? [{ question, id: newId() }] : [];
  });
  await prisma.question.createMany({
    data: copies.map(({ question, id }, at) => {
      const { questionOptions: _, createdAt: __, updatedAt: ___, ...columns } = question;
      return { ...columns, id, examId: target.examId, orderIndex: target.firstPlace + at };
    }),
  });
  await prisma.questionOption.createMany({
    data: copies.flatMap(({ question, id: questionId }) =>
      question.questionOptions.map(({ text, isCorrect, orderIndex }) => ({
        id: newId(),
        collegeId,
        questionId,
        text,
        isCorrect,
        orderIndex,
      })),
    ),
  });
  return copies.length;
}
