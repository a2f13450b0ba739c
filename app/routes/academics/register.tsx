import { Form as GetForm, Link, useLoaderData } from "@remix-run/react";
import { protectedAction, protectedLoader } from "~/access/page.server.ts";
import { may } from "~/access/policy.ts";
import { classRegister } from "~/domains/academics/attendance/register.server.ts";
import { saveRegister } from "~/domains/academics/attendance/save-register.server.ts";
import { day, plural } from "~/platform/format.ts";
import { Empty } from "~/ui/feedback/empty.tsx";
import { Button } from "~/ui/form/form.tsx";
import { LinkButton } from "~/ui/form/link-button.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { changedCells } from "./register-cells.ts";
import { RegisterGrid } from "./register-grid.tsx";

type Shown = { class: { id: string; name: string } };
export const handle = {
  crumbs: (data: Shown | undefined) => [
    { label: "Classes", to: "/academics/classes" },
    { label: data?.class.name ?? "", to: `/academics/classes/${data?.class.id ?? ""}` },
    { label: "Register" },
  ],
};
export const meta = ({ data }: { data?: Shown }) => [{ title: `Register of ${data?.class.name ?? "class"} · Invigil` }];

export const loader = protectedLoader("platform.read", async ({ ctx, params, url }) => {
  const parts = url.searchParams.get("parts");
  return {
    ...(await classRegister({
      ctx,
      input: {
        classId: params["id"] ?? "",
        date: url.searchParams.get("date") || undefined,
        parts: parts === "whole" || parts === "halves" ? parts : undefined,
      },
    })),
    role: ctx.actor.role,
  };
});

export const action = protectedAction("platform.manage", async ({ ctx, form, params }) => {
  const cells = changedCells(form.values());
  if (cells.length === 0) return { message: "Nothing was changed." };
  const { saved } = await saveRegister({ ctx, input: { classId: params["id"] ?? "", date: form.get("date"), cells } });
  return { message: `${plural(saved, "mark")} saved.` };
});

const nextDay = (date: string, by: number) => new Date(Date.parse(date) + by * 86_400_000).toISOString().slice(0, 10);

export default function Register() {
  const { class: one, date, today, parts, fixed, sessions, students, role } = useLoaderData<typeof loader>();
  const other = parts === "halves" ? "whole" : "halves";
  return (
    <Page
      title={`Register of ${one.name}`}
      context="Enter P, A, L or E for present, absent, late and excused. Arrows move, Delete clears."
      actions={
        <>
          <LinkButton to={`?date=${nextDay(date, -1)}&parts=${parts}`}>Day before</LinkButton>
          <GetForm method="get" className="flex flex-wrap items-center gap-2">
            <input type="hidden" name="parts" value={parts} />
            <input
              key={date}
              className="input !w-auto"
              type="date"
              name="date"
              defaultValue={date}
              max={today}
              aria-label="Day"
            />
            <Button type="submit">Show</Button>
          </GetForm>
          {date < today && <LinkButton to={`?date=${nextDay(date, 1)}&parts=${parts}`}>Day after</LinkButton>}
          <LinkButton to={`/academics/classes/${one.id}/attendance`}>Report</LinkButton>
        </>
      }
    >
      {students.length === 0 ? (
        <Panel>
          <Empty title="No students on this day">Students appear here from the day on which they are enrolled.</Empty>
        </Panel>
      ) : (
        <RegisterGrid
          key={JSON.stringify([date, parts, students.map((student) => student.marks.map((mark) => mark.version))])}
          date={date}
          title={`${day(new Date(date))} ${date.slice(0, 4)}`}
          aside={
            !fixed && (
              <Link className="link" to={`?date=${date}&parts=${other}`}>
                {other === "whole" ? "Enter the day as a whole" : "Enter morning and afternoon"}
              </Link>
            )
          }
          sessions={sessions}
          students={students}
          manage={may(role, "platform.manage")}
        />
      )}
    </Page>
  );
}
