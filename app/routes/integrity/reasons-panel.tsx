import { Link } from "@remix-run/react";
import { sayReason, type Reason } from "~/domains/integrity/score/score.ts";
import { sayShare, type Share } from "~/domains/integrity/scorecard/wilson.ts";
import { Panel } from "~/ui/layout/panel.tsx";

type Props = {
  reasons: readonly Reason[];
  rates: Record<string, Share>;
  review: { withholding: string | null } | null;
  score: number;
  pointsHidden: boolean;
  earlierMethod: boolean;
};

/** What was seen, and beside each kind of signal how often people found it to be wrong. */
export function ReasonsPanel({ reasons, rates, review, score, pointsHidden, earlierMethod }: Props) {
  return (
    <Panel
      flush
      title={pointsHidden ? "What was seen" : `Risk ${score}`}
      aside={
        <Link to="/integrity/scorecard" className="link">
          how often signals are wrong
        </Link>
      }
    >
      {reasons.length > 0 ? (
        <table className="rows">
          <tbody>
            {reasons.map((reason, index) => {
              const off = reason.incident !== undefined || reason.ignored;
              const rate = off ? undefined : rates[reason.signal];
              return (
                <tr key={`${reason.signal}${reason.incident ?? ""}${index}`}>
                  <td>
                    <span className={off ? "text-muted line-through" : ""}>{sayReason(reason)}</span>
                    {rate && <span className="block text-[12px] text-muted">Was wrong here in {sayShare(rate)}</span>}
                  </td>
                  {!pointsHidden && <td className="num mono">{reason.points}</td>}
                </tr>
              );
            })}
          </tbody>
        </table>
      ) : (
        <p className="px-3.5 py-3 text-muted">No signals.</p>
      )}
      {!review && reasons.length > 0 && <p className="border-t px-3.5 py-2 text-[12px] text-muted">Below the line: no review.</p>}
      {review?.withholding && (
        <p className="border-t px-3.5 py-2 text-[12px] text-muted">
          {review.withholding}
          {pointsHidden && " Points are shown once it is decided."}
        </p>
      )}
      {earlierMethod && (
        <p className="border-t px-3.5 py-2 text-[12px] text-warn">
          Decided on an earlier method of comparing answers. See the collusion page for what stands today.
        </p>
      )}
    </Panel>
  );
}
