import { useMemo } from "react";
import {
  Area,
  Bar,
  CartesianGrid,
  ComposedChart,
  Line,
  ReferenceArea,
  ReferenceLine,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from "recharts";
import { clockTime, day, month } from "~/platform/format.ts";
import { useZone } from "~/ui/time/time.tsx";
import { drawnBands } from "./bands.ts";
import type { ChartProps } from "./chart.tsx";
import { withGaps } from "./gaps.ts";
import { AXIS_WIDTH, MARGIN_RIGHT, nearestTick } from "./plot.ts";
import { roundTicks, roundValues } from "./ticks.ts";
import { formatUnit } from "./units.ts";

const AXIS = { fontSize: 11, fill: "var(--muted)" } as const;

const NO_BANDS: readonly never[] = [];

type Box = { x: number; y: number; width: number };

function BandLabel({ viewBox, text, row, late }: { viewBox?: Box; text: string; row: number; late: boolean }) {
  if (!viewBox) return null;
  return (
    <text
      x={late ? viewBox.x + viewBox.width - 4 : viewBox.x + 4}
      y={viewBox.y + 12 + row * 14}
      textAnchor={late ? "end" : "start"}
      fontSize={11}
      fontWeight={600}
      fill="var(--bad)"
    >
      {text}
    </text>
  );
}

/** Labels of bands that lie close together stand below one another. */
function labelRows(bands: readonly { from: number }[], from: number, to: number): number[] {
  const near = (to - from) * 0.3;
  const rows: number[] = [];
  bands.forEach((band, index) => {
    const taken = new Set(rows.filter((_, other) => Math.abs(bands[other]!.from - band.from) < near));
    rows[index] = [0, 1, 2, 3].find((row) => !taken.has(row)) ?? 0;
  });
  return rows;
}

/** Loaded only on the pages that draw. */
export default function Drawing(props: ChartProps) {
  const {
    data,
    series,
    kind = "line",
    unit = "number",
    height,
    from,
    to,
    bands = NO_BANDS,
    thresholds = [],
    syncId = "page",
  } = props;
  const zone = useZone();
  const long = to - from > 36 * 3_600_000;
  const drawn = useMemo(() => (props.dots ? data : withGaps(data)), [data, props.dots]);
  const areas = useMemo(() => drawnBands(bands, from, to), [bands, from, to]);
  const rows = labelRows(areas, from, to);
  // Over a season or more, figures come by the month: their own places are the round ones.
  const months = to - from > 120 * 86_400_000;
  const ticks = useMemo(
    () => (months ? data.map((point) => point.t) : roundTicks(from, to, zone)),
    [months, data, from, to, zone],
  );
  const values = useMemo(() => {
    const stacked = kind !== "line";
    const highest = data.reduce((most, point) => {
      const shown = series.map((series) => point[series.key] ?? 0);
      return Math.max(most, stacked ? shown.reduce((sum, value) => sum + value, 0) : Math.max(0, ...shown));
    }, 0);
    return roundValues(Math.max(highest, ...thresholds.map((threshold) => threshold.value)), unit === "count");
  }, [data, series, thresholds, kind, unit]);
  const tick = (t: number) =>
    months ? month(new Date(t), zone) : long ? day(new Date(t), zone) : clockTime(new Date(t), zone, to - from < 300_000);
  return (
    <ResponsiveContainer width="100%" height={height}>
      <ComposedChart
        data={drawn}
        syncId={syncId}
        syncMethod={(ticks, { activeLabel }) => nearestTick(ticks, activeLabel)}
        margin={{ top: 16, right: MARGIN_RIGHT, bottom: 0, left: 0 }}
      >
        <CartesianGrid vertical={false} stroke="var(--hairline)" />
        <XAxis
          dataKey="t"
          type="number"
          domain={[from, to]}
          scale="time"
          tickFormatter={tick}
          tick={AXIS}
          tickLine={false}
          axisLine={false}
          ticks={ticks}
          interval="equidistantPreserveStart"
          minTickGap={28}
          allowDataOverflow
        />
        <YAxis
          tick={AXIS}
          tickLine={false}
          axisLine={false}
          width={AXIS_WIDTH}
          tickFormatter={(value: number) => (value === 0 ? "0" : formatUnit(value, unit, values[1]! - values[0]!))}
          ticks={values}
          domain={[0, values.at(-1)!]}
        />
        <Tooltip
          isAnimationActive={false}
          cursor={{ stroke: "var(--muted)", strokeWidth: 1 }}
          contentStyle={{
            background: "var(--panel)",
            border: "1px solid var(--hairline)",
            borderRadius: 7,
            fontSize: 12,
            color: "var(--ink)",
            boxShadow: "var(--shadow)",
          }}
          labelFormatter={(t) =>
            months
              ? month(new Date(Number(t)), zone)
              : `${day(new Date(Number(t)), zone)} ${clockTime(new Date(Number(t)), zone, true)}`
          }
          formatter={(value, name) => [formatUnit(Number(value), unit), name]}
        />
        {areas.map((band, index) => (
          <ReferenceArea
            key={`${band.label}${band.from}${index}`}
            x1={band.from}
            x2={band.to}
            fill="var(--bad-mark)"
            fillOpacity={0.12}
            ifOverflow="hidden"
            // A late band has no room to its right.
            label={<BandLabel text={band.label} row={rows[index]!} late={band.from > from + (to - from) * 0.6} />}
          />
        ))}
        {series.map((series) =>
          kind === "area" ? (
            <Area
              key={series.key}
              dataKey={series.key}
              name={series.label}
              stackId="all"
              stroke={series.color}
              fill={series.color}
              fillOpacity={0.85}
              strokeWidth={0}
              isAnimationActive={false}
            />
          ) : kind === "bar" ? (
            <Bar
              key={series.key}
              dataKey={series.key}
              name={series.label}
              stackId="all"
              fill={series.color}
              isAnimationActive={false}
            />
          ) : (
            <Line
              key={series.key}
              dataKey={series.key}
              name={series.label}
              stroke={series.color}
              strokeWidth={1.6}
              dot={props.dots ? { r: 2.5, fill: series.color, strokeWidth: 0 } : false}
              isAnimationActive={false}
              connectNulls={false}
            />
          ),
        )}
        {thresholds.map((threshold) => (
          <ReferenceLine
            key={threshold.label}
            y={threshold.value}
            stroke="var(--ink)"
            strokeDasharray="5 4"
            ifOverflow="extendDomain"
            label={{ value: threshold.label, position: "insideTopRight", fontSize: 11, fill: "var(--ink)" }}
          />
        ))}
      </ComposedChart>
    </ResponsiveContainer>
  );
}
