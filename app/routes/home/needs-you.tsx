import { CircleAlert, CircleCheck, CircleDot, TriangleAlert } from "lucide-react";
import { Link } from "@remix-run/react";
import { Empty } from "~/ui/feedback/empty.tsx";
import { Panel } from "~/ui/layout/panel.tsx";
import { Ago } from "~/ui/time/time.tsx";

type Need = { tone: "bad" | "warn" | "ok" | "neutral"; title: string; says: string; to: string; at: Date | null };

const ICON = { bad: CircleAlert, warn: TriangleAlert, ok: CircleCheck, neutral: CircleDot };
const COLOR = { bad: "text-bad", warn: "text-warn", ok: "text-ok", neutral: "text-muted" };

/** What waits for this person, most pressing first. */
export function NeedsYou({ list }: { list: Need[] }) {
  return (
    <Panel title="Needs you" aside={list.length > 0 ? list.length : undefined} flush>
      {list.length === 0 ? (
        <Empty title="Nothing needs you" />
      ) : (
        <ul>
          {list.map((need) => {
            const Icon = ICON[need.tone];
            return (
              <li key={`${need.title}${need.to}`} className="border-t first:border-t-0">
                <Link to={need.to} className="flex items-start gap-2.5 px-3.5 py-2.5 hover:bg-sunk">
                  <Icon size={15} strokeWidth={1.8} className={`mt-0.5 shrink-0 ${COLOR[need.tone]}`} aria-hidden />
                  <span className="min-w-0 flex-1">
                    <span className="block font-[560]">{need.title}</span>
                    <span className="block text-[12px] text-muted">{need.says}</span>
                  </span>
                  {need.at && (
                    <span className="shrink-0 text-[12px] text-muted">
                      <Ago at={need.at} />
                    </span>
                  )}
                </Link>
              </li>
            );
          })}
        </ul>
      )}
    </Panel>
  );
}
