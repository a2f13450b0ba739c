import { lazy, Suspense, useSyncExternalStore } from "react";
import { clockTime, day } from "~/platform/format.ts";
import { useZone } from "~/ui/time/time.tsx";
import { DragZoom } from "./drag-zoom.tsx";
import { formatUnit, type Unit } from "./units.ts";

export type Series = { key: string; label: string; color?: string };
export type Band = { from: number; to: number | null; label: string };
export type Threshold = { value: number; label: string };
/** `t` is milliseconds; a missing value is a gap, never zero. */
export type Point = { t: number } & Record<string, number | null>;

export type ChartProps = {
  data: Point[];
  series: Series[];
  kind?: "area" | "line" | "bar";
  unit?: Unit;
  height?: number;
  from: number;
  to: number;
  bands?: Band[];
  thresholds?: Threshold[];
  label: string;
  syncId?: string;
  /** Where the page itself has the numbers as a table. */
  tabled?: boolean;
  /** Each point as a dot: for a few measurements rather than a sampled course. */
  dots?: boolean;
};

const never = () => () => undefined;

const Drawing = lazy(() => import("./drawing.tsx"));

const SERIES_COLORS = ["var(--s-1)", "var(--s-2)", "var(--s-3)", "var(--s-4)", "var(--s-5)", "var(--s-6)"];

/** Recharts draws in the browser only, so its space is reserved; the same data is there as a table. */
export function Chart(props: ChartProps) {
  const mounted = useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
  const { data, series, height = 220, label } = props;
  if (data.length === 0) {
    return (
      <div style={{ height }} className="flex items-center justify-center text-muted">
        No samples in this time range yet.
      </div>
    );
  }
  const colored = series.map((series, index) => ({
    ...series,
    color: series.color ?? SERIES_COLORS[index % SERIES_COLORS.length],
  }));
  return (
    <figure className="m-0">
      <div className="mb-1 flex flex-wrap gap-x-4 gap-y-1 text-[12px]">
        {series.length > 1 &&
          colored.map((one) => (
            <span key={one.key} className="inline-flex items-center gap-1.5">
              <span aria-hidden className="size-2 rounded-[2px]" style={{ background: one.color }} />
              {one.label}
            </span>
          ))}
      </div>
      <div style={{ height }} role="img" aria-label={label}>
        {mounted && (
          <Suspense fallback={null}>
            <DragZoom from={props.from} to={props.to}>
              <Drawing {...props} series={colored} height={height} />
            </DragZoom>
          </Suspense>
        )}
      </div>
      {!props.tabled && <TableOf {...props} />}
    </figure>
  );
}

function TableOf({ data, series, unit = "number", label }: ChartProps) {
  const zone = useZone();
  // As many rows as a person reads: the shape is in the picture.
  const every = Math.max(1, Math.ceil(data.length / 24));
  const shown = data.filter((_, index) => index % every === 0);
  return (
    <details className="mt-1 text-[12px]">
      <summary className="w-fit text-muted hover:text-ink">as a table</summary>
      <div className="mt-1 max-h-64 overflow-auto" tabIndex={0} role="region" aria-label={`${label}, as a table`}>
        <table className="rows">
          <thead>
            <tr>
              <th>Time</th>
              {series.map((series) => (
                <th key={series.key} className="num">
                  {series.label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((point) => (
              <tr key={point.t}>
                <td className="mono">
                  {day(new Date(point.t), zone)} {clockTime(new Date(point.t), zone, true)}
                </td>
                {series.map((series) => (
                  <td key={series.key} className="num">
                    {point[series.key] === null || point[series.key] === undefined ? "–" : formatUnit(point[series.key]!, unit)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

/** A few points without axes, drawn on the server. */
export function Sparkline({
  values,
  width = 96,
  height = 22,
  label,
}: {
  values: (number | null)[];
  width?: number;
  height?: number;
  label: string;
}) {
  const known = values.filter((value): value is number => value !== null);
  if (known.length < 2) return <span className="text-faint">–</span>;
  const top = Math.max(...known) || 1;
  const x = (index: number) => (index / (values.length - 1)) * width;
  const y = (value: number) => height - 2 - (value / top) * (height - 4);
  const path = values
    .map((value, index) =>
      value === null
        ? ""
        : `${index === 0 || values[index - 1] === null ? "M" : "L"}${x(index).toFixed(1)} ${y(value).toFixed(1)}`,
    )
    .join("");
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      <path d={path} fill="none" stroke="var(--s-2)" strokeWidth={1.4} strokeLinejoin="round" />
    </svg>
  );
}
