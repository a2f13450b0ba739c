import { useLoaderData } from "@remix-run/react";
import { protectedLoader } from "~/access/page.server.ts";
import { env } from "~/platform/env.server.ts";
import { NotFound } from "~/platform/errors.ts";
import { Chart, Sparkline, type Point } from "~/ui/chart/chart.tsx";
import { Badge, Count } from "~/ui/feedback/badge.tsx";
import { ShortId } from "~/ui/feedback/copy.tsx";
import { Empty, Notice, Progress, Unknown } from "~/ui/feedback/empty.tsx";
import { Button, Checkbox, Form, Input, Select, Textarea } from "~/ui/form/form.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Figure, Figures, Panel } from "~/ui/layout/panel.tsx";
import { Ago, Clock } from "~/ui/time/time.tsx";

export const handle = { crumbs: () => [{ label: "Gallery" }] };
export const meta = () => [{ title: "Gallery · Invigil" }];

export const loader = protectedLoader("self", async () => {
  if (!env().demo) throw new NotFound("The gallery is part of development and of the demo.");
  const to = Date.now();
  return { to, from: to - 3_600_000 };
});

// Shapes to look at, labelled as such: this page shows components, not the platform.
function shape(from: number, to: number): Point[] {
  return Array.from({ length: 60 }, (_, index) => ({
    t: from + ((to - from) / 59) * index,
    a: 1 + Math.sin(index / 7) * 0.4,
    b: 0.8 + Math.cos(index / 5) * 0.3,
    c: index > 30 && index < 36 ? 3 : 0.2,
  }));
}

export default function Gallery() {
  const { from, to } = useLoaderData<typeof loader>();
  const data = shape(from, to);
  const series = [
    { key: "a", label: "CPU", color: "var(--s-cpu)" },
    { key: "b", label: "IO", color: "var(--s-io)" },
    { key: "c", label: "Lock", color: "var(--s-lock)" },
  ];
  return (
    <Page
      title="Every component, once."
      context="Example shapes and texts, to look at in both themes."
      actions={<Button tone="primary">Primary</Button>}
    >
      <Figures>
        <Figure label="A figure" value="1,284" unit="of 1,310" note="with a note" />
        <Figure label="A warning" value="38" tone="warn" />
        <Figure label="Trouble" value="0.4 s" tone="bad" />
        <Figure label="Time" value={<Clock at={new Date(to)} />} note={<Ago at={new Date(from)} />} />
      </Figures>
      <div className="grid gap-4 lg:grid-cols-2">
        <Panel title="Stacked areas" source={{ sql: "select example", target: "gallery", at: null }}>
          <Chart
            label="Example load"
            kind="area"
            data={data}
            series={series}
            from={from}
            to={to}
            thresholds={[{ value: 2, label: "2 cores" }]}
            bands={[{ from: from + 1_800_000, to: from + 2_100_000, label: "Incident 12" }]}
          />
        </Panel>
        <Panel title="Lines">
          <Chart label="Example lines" data={data} series={series} from={from} to={to} unit="ms" />
        </Panel>
        <Panel title="States">
          <div className="flex flex-wrap gap-2">
            <Badge tone="ok">Holds</Badge>
            <Badge tone="warn">At risk</Badge>
            <Badge tone="bad">Will not hold</Badge>
            <Badge>Draft</Badge>
            <Badge tone="accent">This one</Badge>
            <Count value={38} />
            <ShortId id="0193aaaa-bbbb-7ccc-8ddd-eeeeffff0000" />
            <Sparkline label="Example sparkline" values={data.map((point) => point["a"] ?? null)} />
          </div>
          <div className="mt-3 flex flex-col gap-2">
            <Notice tone="ok" title="Saved." />
            <Notice tone="warn" title="The standby is 40 s behind." />
            <Notice tone="bad" title="This did not work">
              Nothing was changed.
            </Notice>
            <Progress done={40} total={100} label="Example progress" />
            <Unknown reason="The role lacks a privilege." grant="GRANT pg_monitor TO invigil_observer;" />
          </div>
        </Panel>
        <Panel title="Form">
          <Form>
            <Input label="A field" name="field" hint="With a hint" />
            <Select label="A choice" name="choice" options={[{ value: "a", label: "First" }]} />
            <Textarea label="A reason" name="reason" />
            <Checkbox label="A checkbox" name="check" />
            <div className="flex gap-2">
              <Button tone="primary">Save</Button>
              <Button>Plain</Button>
              <Button tone="danger">Delete</Button>
              <Button disabled>Not now</Button>
            </div>
          </Form>
        </Panel>
        <Panel title="A list" flush>
          <table className="rows">
            <thead>
              <tr>
                <th>Name</th>
                <th className="num">Count</th>
              </tr>
            </thead>
            <tbody>
              <tr>
                <td>First</td>
                <td className="num">1,204</td>
              </tr>
              <tr data-selected>
                <td>Selected</td>
                <td className="num">12</td>
              </tr>
            </tbody>
          </table>
        </Panel>
        <Panel title="Nothing yet">
          <Empty title="No exams yet" action={<Button>Create the first exam</Button>}>
            An exam belongs to a class and has a window in which it can be taken.
          </Empty>
        </Panel>
      </div>
    </Page>
  );
}
