import { useLoaderData } from "@remix-run/react";
import { protectedLoader, protectedAction } from "~/access/page.server.ts";
import { may } from "~/access/policy.ts";
import { minutesOf } from "~/examday/room-minutes.server.ts";
import { plural } from "~/platform/format.ts";
import { Empty } from "~/ui/feedback/empty.tsx";
import { Form, Submit, Textarea } from "~/ui/form/form.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { Clock } from "~/ui/time/time.tsx";
import { MinutesTable } from "./minutes-table.tsx";
import { roomAct } from "./room-act.server.ts";
import { ExamBadge } from "./state.tsx";
import { examHandle, examTabs } from "./tabs.ts";

export const handle = examHandle("Minutes");
export const meta = () => [{ title: "Minutes · Invigil" }];

export const loader = protectedLoader("exams.live", async ({ ctx, params }) => ({
  ...(await minutesOf(ctx, params["id"] ?? "")),
  role: ctx.actor.role,
}));

export const action = protectedAction("exams.operate", async ({ ctx, form, params }) => {
  form.intent("hand-over");
  return { message: await roomAct({ ctx, form, examId: params["id"] ?? "" }) };
});

export default function Minutes() {
  const { exam, lines, more, role } = useLoaderData<typeof loader>();
  return (
    <Page
      title={`Minutes of ${exam.title}`}
      badge={<ExamBadge status={exam.status} />}
      context={
        <>
          <Clock at={exam.start_time} withDay /> to <Clock at={exam.end_time} /> · {plural(lines.length, "entry", "entries")}
        </>
      }
      actions={
        <div className="flex gap-2 print:hidden">
          <a href={`/exams/${exam.id}/room.csv`} className="control" download>
            Download CSV
          </a>
          <button type="button" className="control" onClick={() => window.print()}>
            Print
          </button>
        </div>
      }
      tabs={examTabs(exam.id, role)}
    >
      {may(role, "exams.operate") && exam.status === "LIVE" && (
        <Panel title="Hand over the room" className="print:hidden">
          <Form intent="hand-over" className="flex flex-col gap-2">
            <Textarea label="What the next proctor must know" name="note" rows={2} required />
            <div>
              <Submit>Add to the minutes</Submit>
            </div>
          </Form>
        </Panel>
      )}
      <Panel flush>
        {lines.length === 0 ? (
          <Empty title="No entries yet">
            Starts, messages, raised hands, pauses, time that was given and handovers are kept here as they happen.
          </Empty>
        ) : (
          <MinutesTable lines={lines} />
        )}
        {more && <p className="border-t px-3.5 py-2.5 text-muted">There are more entries than are shown here.</p>}
      </Panel>
    </Page>
  );
}
