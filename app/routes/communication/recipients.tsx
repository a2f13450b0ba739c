import { Link } from "@remix-run/react";
import { count, plural } from "~/platform/format.ts";
import { Notice } from "~/ui/feedback/empty.tsx";
import { Form, Submit } from "~/ui/form/form.tsx";
import { Panel } from "~/ui/layout/panel.tsx";

const CHANNELS: Record<string, string> = { EMAIL: "e-mail", SMS: "text message", PUSH: "push message", WEBHOOK: "webhook" };

type Preview = {
  lacks: string | null;
  people: number;
  channels: { channel: string; people: number }[];
  first: { id: string; name: string }[];
};

/** Whom an announcement would reach now, and the button that sends it to them. */
export function Recipients({ preview, publish }: { preview: Preview; publish: boolean }) {
  const { lacks, people, channels, first } = preview;
  return (
    <Panel title="Who gets it">
      {lacks ? (
        <Notice tone="warn" title={lacks} />
      ) : (
        <>
          <p>
            <strong className="num">{count(people)}</strong> {people === 1 ? "person" : "people"} in their notifications
            {channels
              .map(({ channel, people: n }) => `, ${count(n)} also by ${CHANNELS[channel] ?? channel.toLowerCase()}`)
              .join("")}
            .
          </p>
          {first.length > 0 && (
            <p className="mt-1 text-muted">
              {first.map((person, index) => (
                <span key={person.id}>
                  {index > 0 && ", "}
                  <Link className="link" to={`/people/${person.id}`}>
                    {person.name}
                  </Link>
                </span>
              ))}
              {people > first.length && ` and ${count(people - first.length)} more`}
            </p>
          )}
        </>
      )}
      {publish && !lacks && people > 0 && (
        <Form intent="publish" className="mt-3">
          <div>
            <Submit busy="Publishing…">Publish to {plural(people, "person", "people")}</Submit>
          </div>
        </Form>
      )}
    </Panel>
  );
}
