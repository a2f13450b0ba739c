import { Link, useLoaderData, useSearchParams } from "@remix-run/react";
import { protectedAction, protectedLoader } from "~/access/page.server.ts";
import { QUESTION_TYPES } from "~/domains/exams/authoring/question-types.ts";
import { addFromBank } from "~/domains/exams/bank/add-from-bank.server.ts";
import { bankTags, searchBank } from "~/domains/exams/bank/search-bank.server.ts";
import { shownQuestion } from "~/domains/exams/content/shown-question.server.ts";
import { earnedOver, questionStatistics } from "~/domains/integrity/evidence/question-statistics.server.ts";
import { plural } from "~/platform/format.ts";
import { Empty } from "~/ui/feedback/empty.tsx";
import { Form, Submit } from "~/ui/form/form.tsx";
import { LinkButton } from "~/ui/form/link-button.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { BankFilters } from "./bank-filters.tsx";
import { BankQuestions } from "./bank-questions.tsx";
import { ExamBadge } from "./state.tsx";
import { examHandle } from "./tabs.ts";

export const handle = examHandle("Question bank");
export const meta = () => [{ title: "Question bank · Invigil" }];
export { revalidateAfterConflict as shouldRevalidate } from "~/ui/revalidate-after-conflict.ts";

const DIFFICULTIES = ["EASY", "MEDIUM", "HARD"] as const;

export const loader = protectedLoader("exams.author", async ({ ctx, params, url }) => {
  const examId = params["id"] ?? "";
  const asked = (name: string) => url.searchParams.get(name) ?? "";
  const type = QUESTION_TYPES.find((known) => known === asked("type"));
  const difficulty = DIFFICULTIES.find((known) => known === asked("difficulty"));
  const filter = { q: asked("q").slice(0, 200), tag: asked("tag").slice(0, 40), type: type ?? "", difficulty: difficulty ?? "" };
  const [{ exam, questions, next }, tags] = await Promise.all([
    searchBank({
      ctx,
      input: { examId, q: filter.q, tag: filter.tag, type, difficulty, cursor: asked("cursor") || undefined },
    }),
    bankTags({ ctx, input: { examId } }),
  ]);
  const uses = questions.flatMap((question) => question.uses).slice(0, 2000);
  const statistics = await questionStatistics({ ctx, input: { uses } });
  return {
    exam,
    next,
    tags,
    filter,
    questions: questions.map(({ uses: used, ...question }) => {
      const ids = new Set(used.map((use) => use.question));
      return {
        ...shownQuestion(question),
        lastUse: { exam: question.exam, at: question.start_time },
        exams: new Set(used.map((use) => use.exam)).size,
        inPaper: question.in_paper,
        earned: earnedOver(statistics.filter((row) => ids.has(row.question))),
      };
    }),
  };
});

export const action = protectedAction("exams.author", async ({ ctx, form, params }) => {
  const questionIds = form.all("questionId");
  const { added, present } = await addFromBank({ ctx, input: { examId: params["id"] ?? "", questionIds } });
  const already = present > 0 ? ` ${plural(present, "was", "were")} in it already.` : "";
  return { message: `${plural(added, "question")} added to this paper.${already}` };
});

export default function QuestionBank() {
  const { exam, questions, next, tags, filter } = useLoaderData<typeof loader>();
  const [params] = useSearchParams();
  const more = new URLSearchParams(params);
  if (next) more.set("cursor", next);
  const searched = Object.values(filter).some((value) => value !== "");
  return (
    <Page
      title="Question bank"
      badge={<ExamBadge status={exam.status} />}
      context={`Questions of past exams of this tenant, to add to ${exam.title}. Each is copied: changing it here changes no past paper.`}
      actions={<LinkButton to={`/exams/${exam.id}/questions`}>Back to questions</LinkButton>}
    >
      {/* Not a flush panel: what scrolls by itself would keep the button from the bottom of the window. */}
      <section className="panel min-w-0">
        <BankFilters filter={filter} tags={tags} />
        {questions.length === 0 ? (
          <Empty title={searched ? "No question matches" : "The bank is empty"}>
            {searched
              ? "Search for another word, or clear the filters."
              : "It holds the questions of exams that are closed. There are none yet."}
          </Empty>
        ) : (
          <Form className="flex flex-col">
            <BankQuestions questions={questions} />
            <div className="sticky bottom-0 flex flex-wrap items-center gap-3 rounded-b-panel border-t bg-panel px-3.5 py-2.5 max-md:bottom-14">
              <Submit busy="Adding…">Add selected to this paper</Submit>
              {next && (
                <Link to={`?${more.toString()}`} className="link">
                  Next 25
                </Link>
              )}
            </div>
          </Form>
        )}
      </section>
    </Page>
  );
}
