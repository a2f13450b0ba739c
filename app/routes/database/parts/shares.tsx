import { percent } from "~/platform/format.ts";
import { Unknown } from "~/ui/feedback/empty.tsx";
import { WAIT_COLORS } from "./wait-colors.ts";

type Series = { key: string; average: number }[];

export function Shares({
  load,
  error,
  colors,
}: {
  load: { series: Series; average: number | null } | null;
  error: string | null;
  colors?: boolean;
}) {
  if (!load) return <Unknown reason={error ?? ""} />;
  const total = load.series.reduce((sum, one) => sum + one.average, 0);
  if (total === 0)
    return (
      <p className="text-muted">
        Not seen running in this range: it is shorter than the second between two samples, or did not run.
      </p>
    );
  return (
    <ul className="flex flex-col gap-2">
      {load.series
        .filter((one) => one.average > 0)
        .sort((a, b) => b.average - a.average)
        .map((one) => (
          <li key={one.key}>
            <div className="flex justify-between gap-2">
              <span className="truncate">{one.key.replace(":", ": ")}</span>
              <span className="tabular-nums">{percent(one.average / total)}</span>
            </div>
            <div className="mt-1 h-1.5 rounded-full bg-sunk">
              <div
                className="h-full rounded-full"
                style={{
                  width: `${(one.average / total) * 100}%`,
                  background: colors ? (WAIT_COLORS[one.key.split(":")[0] ?? ""] ?? "var(--s-other)") : "var(--s-2)",
                }}
              />
            </div>
          </li>
        ))}
    </ul>
  );
}
