import { bytes } from "~/platform/format.ts";
import { Form, Input, Select, Submit } from "~/ui/form/form.tsx";

/** Who leads next, and why. */
export function SwitchoverForm(props: { leader: string; candidates: readonly { name: string; behind: number | null }[] }) {
  const { leader, candidates } = props;
  if (candidates.length === 0)
    return (
      <p className="mt-3 text-warn">
        No member may take over from {leader}: a failure of {leader} would stop all writes.
      </p>
    );
  return (
    <details className="mt-3">
      <summary className="link w-fit">Switch over…</summary>
      <p className="mt-2 max-w-[90ch]">
        {leader} is ended cleanly, and another member takes over. Nothing that was committed is lost. Nobody can write for some
        seconds, and open transactions of {leader} end with an error. While an exam runs, or within 15 minutes of one, a second
        person has to agree.
      </p>
      <Form intent="switchover" about={{ leader }} className="mt-3 flex max-w-xl flex-col gap-3">
        <Select
          label="New leader"
          name="candidate"
          options={candidates.map(({ name, behind }) => ({ value: name, label: `${name}, ${bytes(behind ?? 0)} behind` }))}
        />
        <Input label="Reason" name="reason" required hint="Recorded in the audit log, with your name and the outcome." />
        <div>
          <Submit tone="danger" busy="Switching over…">
            Switch over
          </Submit>
        </div>
      </Form>
    </details>
  );
}
