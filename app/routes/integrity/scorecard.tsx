import { useLoaderData } from "@remix-run/react";
import { protectedLoader } from "~/access/page.server.ts";
import { scorecards } from "~/domains/integrity/scorecard/scorecard.server.ts";
import { plural } from "~/platform/format.ts";
import { Empty } from "~/ui/feedback/empty.tsx";
import { Page } from "~/ui/layout/page.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { ScoreTable } from "./score-table.tsx";

export const handle = { crumbs: () => [{ label: "Integrity", to: "/integrity" }, { label: "Scorecard" }] };
export const meta = () => [{ title: "Scorecard · Invigil" }];

export const loader = protectedLoader("integrity.read", async ({ ctx }) => ({ cards: await scorecards({ ctx, input: {} }) }));

const WHY =
  "A signal was wrong where it helped to flag an attempt and people cleared it. In brackets: where the true share lies, with 95 % confidence. A share of few says little.";

export default function ScorecardPage() {
  const { cards } = useLoaderData<typeof loader>();
  const decided = cards.reduce((sum, card) => sum + (card.all.find((score) => score.signal === null)?.wrong.of ?? 0), 0);
  return (
    <Page
      title={decided === 0 ? "No decided reviews yet" : `How often signals were wrong, in ${plural(decided, "decided review")}`}
      context={WHY}
    >
      {cards.length === 0 ? (
        <Panel>
          <Empty title="Nothing to measure yet">Figures appear here when reviews have been decided.</Empty>
        </Panel>
      ) : (
        cards.map((card) => (
          <div key={card.collegeId} className="flex flex-col gap-4">
            <ScoreTable title={`${card.college}: all students`} scores={card.all} />
            {card.accommodated.length > 0 && (
              <ScoreTable title={`${card.college}: students with an accommodation`} scores={card.accommodated} />
            )}
          </div>
        ))
      )}
      <Panel title="Where the figures come from">
        <ul className="flex max-w-[100ch] list-disc flex-col gap-1.5 pl-4">
          <li>
            <b>Wrong</b>: reviews that the signal helped to flag, and that were cleared in the end, by reviewers or by an appeal.
            Unclear ones count as decided, and not as wrong.
          </li>
          <li>
            <b>Second look disagreed</b>: a first reviewer reported a violation; a second, who did not see that, saw none.
          </li>
          <li>
            <b>Random sample</b>: attempts that nothing flagged, mixed into the queue; reviewers do not know which they are. With
            this signal, nothing was found in so many of them. The first row also says in how many a violation was found, that is,
            what the signals missed. A tenant sets the share in its settings.
          </li>
          <li>One review speaks of several signals, so the rows do not add up.</li>
        </ul>
      </Panel>
    </Page>
  );
}
