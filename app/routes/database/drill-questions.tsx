import { useActionData, useLoaderData } from "@remix-run/react";
import { protectedAction, protectedLoader } from "~/access/page.server.ts";
import { may } from "~/access/policy.ts";
import { ownClusterOnly } from "~/observability/backups/own-cluster.ts";
import { changeDrillQuestion } from "~/observability/backups/questions/change-question.server.ts";
import { createDrillQuestion } from "~/observability/backups/questions/create-question.server.ts";
import { deleteDrillQuestion } from "~/observability/backups/questions/delete-question.server.ts";
import { expectedRange, figure, inRange, type Range } from "~/observability/backups/questions/expected.ts";
import { listDrillQuestions } from "~/observability/backups/questions/list-questions.server.ts";
import { tryDrillQuestion } from "~/observability/backups/questions/try-question.server.ts";
import { plural } from "~/platform/format.ts";
import { Page } from "~/ui/layout/page.tsx";
import { Panel, WithAside } from "~/ui/layout/panel.tsx";
import { DeleteQuestion, QuestionForm } from "./parts/backups/question-form.tsx";
import { Questions } from "./parts/backups/questions.tsx";

export const handle = {
  crumbs: () => [
    { label: "Database", to: "/database" },
    { label: "Backups", to: "/database/backups" },
    { label: "Drill questions" },
  ],
};
export const meta = () => [{ title: "Drill questions · Invigil" }];

export const loader = protectedLoader("database.read", async ({ ctx, url }) => {
  ownClusterOnly();
  const questions = await listDrillQuestions({ ctx, input: {} });
  const chosen = (name: string) => questions.find((question) => question.id === url.searchParams.get(name)) ?? null;
  return { questions, mayAct: may(ctx.actor.role, "database.act"), editing: chosen("edit"), deleting: chosen("delete") };
});

const saved = ({ value, ...range }: Range & { value: number }) =>
  inRange(value, range)
    ? `Saved. The answer now is ${figure(value)}, as expected. The next drill asks it.`
    : `Saved, but the answer now is ${figure(value)}, expected ${expectedRange(range)}. A drill would fail.`;

export const action = protectedAction("database.act", async ({ ctx, form }) => {
  const typed = form.values();
  const input = {
    name: form.get("name"),
    sql: form.get("sql"),
    min: form.get("min"),
    max: form.get("max"),
    enabled: form.has("enabled"),
  };
  switch (form.intent("try", "create", "change", "delete")) {
    case "try": {
      const { value } = await tryDrillQuestion({ ctx, input: { sql: input.sql } });
      return { message: `The answer now is ${figure(value)}. Nothing was saved.`, typed };
    }
    case "create":
      return { message: saved(await createDrillQuestion({ ctx, input })) };
    case "change":
      return { message: saved(await changeDrillQuestion({ ctx, input: { ...input, id: form.get("id") } })) };
    case "delete": {
      const { name } = await deleteDrillQuestion({ ctx, input: { id: form.get("id") } });
      return { message: `“${name}” is deleted. Drills no longer ask it.` };
    }
  }
});

export default function DrillQuestions() {
  const { questions, mayAct, editing, deleting } = useLoaderData<typeof loader>();
  const answer = useActionData<typeof action>();
  const typed = answer?.ok && answer.result && "typed" in answer.result ? answer.result.typed : undefined;
  const asked = questions.filter((question) => question.enabled).length;
  return (
    <Page
      title={questions.length === 0 ? "No drill questions yet." : `A restore drill asks ${plural(asked, "question")} of yours.`}
      context="A drill starts a server on the restored copy and asks it these. An answer out of range fails the drill."
    >
      <WithAside
        aside={
          mayAct &&
          (deleting ? (
            <Panel title="Delete question">
              <DeleteQuestion question={deleting} />
            </Panel>
          ) : (
            <Panel title={editing ? `Change “${editing.name}”` : "Add question"}>
              <QuestionForm key={editing?.id ?? `new ${questions.length}`} question={editing} typed={typed} />
            </Panel>
          ))
        }
      >
        <Questions questions={questions} mayAct={mayAct} />
      </WithAside>
    </Page>
  );
}
