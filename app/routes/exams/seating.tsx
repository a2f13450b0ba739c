import { useLoaderData } from "@remix-run/react";
import { protectedAction, protectedLoader } from "~/access/page.server.ts";
import { may } from "~/access/policy.ts";
import { importSeating, placeSeat, removeSeat } from "~/domains/integrity/seating/change-seating.server.ts";
import { examSeating } from "~/domains/integrity/seating/seats.server.ts";
import { count, plural } from "~/platform/format.ts";
import { groupBy } from "~/platform/group.ts";
import { Empty } from "~/ui/feedback/empty.tsx";
import { Form, Input, Labelled, Submit, useFormRefusal } from "~/ui/form/form.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Panel, WithAside } from "~/ui/layout/panel.tsx";
import { RoomPlan } from "./room-plan.tsx";
import { ExamBadge } from "./state.tsx";
import { examHandle, examTabs } from "./tabs.ts";

export const handle = examHandle("Seating");
export const meta = () => [{ title: "Seating · Invigil" }];

export const loader = protectedLoader("exams.live", async ({ ctx, params }) => {
  const found = await examSeating({ ctx, input: { examId: params["id"] ?? "" } });
  return { ...found, role: ctx.actor.role };
});

export const action = protectedAction("exams.operate", async ({ ctx, form, params }) => {
  const examId = params["id"] ?? "";
  switch (form.intent("import", "place", "remove")) {
    case "import": {
      const file = form.data.get("file");
      const done = await importSeating({ ctx, input: { examId, csv: file instanceof File ? await file.text() : "" } });
      return { message: `The plan has ${plural(done.seats, "seat")}.` };
    }
    case "place":
      await placeSeat({
        ctx,
        input: {
          examId,
          rollNo: form.get("rollNo"),
          room: form.get("room"),
          row: form.get("row"),
          column: form.get("column"),
        },
      });
      return { message: `${form.get("rollNo")} sits in ${form.get("room")} now.` };
    case "remove":
      await removeSeat({ ctx, input: { examId, seatId: form.get("seatId") } });
      return { message: "The seat is free." };
  }
});

function PlanFile() {
  const error = useFormRefusal()?.fields["file"]?.[0];
  return (
    <Labelled label="CSV file" hint="Columns: roll_no, room, row, column. It replaces the plan of this exam." error={error}>
      {(ids) => <input {...ids} type="file" name="file" accept=".csv,text/csv" className="input" />}
    </Labelled>
  );
}

export default function Seating() {
  const { exam, seats, role } = useLoaderData<typeof loader>();
  const rooms = [...groupBy(seats, (seat) => seat.room)];
  const operates = may(role, "exams.operate");
  const plans =
    rooms.length === 0 ? (
      <Panel>
        <Empty title="No seating plan yet">
          Import one, and candidates who sat side by side are compared as a family of their own: less copying is enough to be
          seen.
        </Empty>
      </Panel>
    ) : (
      rooms.map(([room, list]) => (
        <Panel key={room} title={room} aside={plural(list.length, "seat")}>
          <RoomPlan room={room} seats={list} removable={operates} />
        </Panel>
      ))
    );
  return (
    <Page
      title={seats.length === 0 ? "No seating plan" : `${plural(seats.length, "seat")} in ${plural(rooms.length, "room")}`}
      badge={<ExamBadge status={exam.status} />}
      context={
        <>
          {exam.title}. Row 1 is in front, column 1 on the left. {count(seats.length)} of its candidates have a seat.
        </>
      }
      tabs={examTabs(exam.id, role)}
    >
      {operates ? (
        <WithAside
          aside={
            <>
              <Panel title="Import a plan">
                <Form intent="import" encType="multipart/form-data">
                  <PlanFile />
                  <div>
                    <Submit>Import plan</Submit>
                  </div>
                </Form>
              </Panel>
              <Panel title="One seat">
                <Form intent="place">
                  <Input label="Roll number" name="rollNo" required />
                  <Input label="Room" name="room" required />
                  <div className="grid grid-cols-2 gap-2">
                    <Input label="Row" name="row" required />
                    <Input label="Column" name="column" required />
                  </div>
                  <div>
                    <Submit tone="plain">Set seat</Submit>
                  </div>
                </Form>
              </Panel>
            </>
          }
        >
          {plans}
        </WithAside>
      ) : (
        plans
      )}
    </Page>
  );
}
