import { Form as Plain, Link } from "@remix-run/react";
import { decimal } from "~/platform/format.ts";
import { Form } from "~/ui/form/form.tsx";
import { Panel } from "~/ui/layout/panel.tsx";

type One = {
  id: string;
  type: string;
  place: number;
  candidate_no: number;
  answer: string | null;
  marks: number;
  marked: number;
};

/** What was marked by hand, the latest first; a mark that was mistyped is taken back here, and given again. */
export function Marked({ marked, candidateNo }: { marked: One[]; candidateNo: number | null }) {
  if (marked.length === 0 && candidateNo === null) return null;
  return (
    <Panel
      flush
      title={candidateNo === null ? "Recently marked" : `Marked for candidate ${candidateNo}`}
      aside={
        <Plain method="get" className="flex items-center gap-2">
          <label htmlFor="marked-candidate" className="sr-only">
            Candidate
          </label>
          <input
            id="marked-candidate"
            name="candidate"
            inputMode="numeric"
            defaultValue={candidateNo ?? ""}
            key={candidateNo}
            placeholder="Candidate"
            className="input !min-h-7 !w-24"
          />
          <button className="control !min-h-7">Find</button>
          {candidateNo !== null && (
            <Link to="." className="link">
              all
            </Link>
          )}
        </Plain>
      }
    >
      {marked.length === 0 ? (
        <p className="px-3.5 py-3 text-muted">No answer of this candidate has been marked by hand yet.</p>
      ) : (
        <table className="rows">
          <thead>
            <tr>
              <th className="num">Question</th>
              <th className="num">Candidate</th>
              <th className="w-full max-sm:hidden">Answer</th>
              <th className="num">Marks</th>
              <th>
                <span className="sr-only">Undo</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {marked.map((one) => (
              <tr key={one.id}>
                <td className="num">{one.place}</td>
                <td className="num">{one.candidate_no}</td>
                <td className="max-w-0 truncate max-sm:hidden">{one.answer ?? "Left empty"}</td>
                <td className="num whitespace-nowrap">
                  {decimal(one.marked, one.marked % 1 === 0 ? 0 : 2)} of {one.marks}
                </td>
                <td>
                  <Form
                    intent="unmark"
                    about={{ answerId: one.id }}
                    className="flex justify-end gap-x-3 whitespace-nowrap max-sm:flex-col max-sm:items-end max-sm:py-1"
                  >
                    <button className="link" aria-label={`Undo the mark of candidate ${one.candidate_no}, question ${one.place}`}>
                      Undo
                    </button>
                    {one.type === "SHORT_ANSWER" && (
                      <button
                        className="link"
                        name="alike"
                        value="on"
                        title="Undo for every answer with this text and these marks"
                      >
                        and all identical ones
                      </button>
                    )}
                  </Form>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}
