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
import type { ChartProps } from "./chart.tsx";
import { roundTicks, roundValues } from "./ticks.ts";
import { formatUnit } from "./units.ts";

const AXIS = { fontSize: 11, fill: "var(--muted)" } as const;

/** Loaded only on the pages that draw. */
export default function Drawing(props: ChartProps) {
  const { data, series, kind = "line", unit = "number", height, from, to, bands = [], thresholds = [], syncId = "page" } = props;
  const zone = useZone();
  const long = to - from > 36 * 3_600_000;
  // Over a season or more, figures come by the month: their own places are the round ones.
  const months = to - from > 120 * 86_400_000;
  const ticks = useMemo(
    () => (months ? data.map((point) => point.t) : roundTicks(from, to, zone)),
    [months, data, from, to, zone],
  );
  const values = useMemo(() => {
    const stacked = kind !== "line";
    const highest = data.reduce((most, point) => {
      const shown = series.map((one) => point[one.key] ?? 0);
      return Math.max(most, stacked ? shown.reduce((sum, value) => sum + value, 0) : Math.max(0, ...shown));
    }, 0);
    return roundValues(Math.max(highest, ...thresholds.map((one) => one.value)), unit === "count");
  }, [data, series, thresholds, kind, unit]);
  const tick = (t: number) =>
    months ? month(new Date(t), zone) : long ? day(new Date(t), zone) : clockTime(new Date(t), zone, to - from < 300_000);
  return (
    <ResponsiveContainer width="100%" height={height}>
      <ComposedChart data={data} syncId={syncId} syncMethod="value" margin={{ top: 16, right: 8, bottom: 0, left: 0 }}>
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
          width={54}
          tickFormatter={(value: number) => (value === 0 ? "0" : formatUnit(value, unit))}
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
        {bands.map((band) => (
          <ReferenceArea
            key={`${band.label}${band.from}`}
            x1={Math.max(band.from, from)}
            x2={Math.min(band.to ?? to, to)}
            fill="var(--bad-mark)"
            fillOpacity={0.12}
            ifOverflow="hidden"
            label={{
              value: band.label,
              // A late band has no room to its right.
              position: band.from > from + (to - from) * 0.7 ? "insideTopRight" : "insideTopLeft",
              fontSize: 11,
              fontWeight: 600,
              fill: "var(--bad)",
            }}
          />
        ))}
        {series.map((one) =>
          kind === "area" ? (
            <Area
              key={one.key}
              dataKey={one.key}
              name={one.label}
              stackId="all"
              stroke={one.color}
              fill={one.color}
              fillOpacity={0.85}
              strokeWidth={0}
              isAnimationActive={false}
            />
          ) : kind === "bar" ? (
            <Bar key={one.key} dataKey={one.key} name={one.label} stackId="all" fill={one.color} isAnimationActive={false} />
          ) : (
            <Line
              key={one.key}
              dataKey={one.key}
              name={one.label}
              stroke={one.color}
              strokeWidth={1.6}
              dot={props.dots ? { r: 2.5, fill: one.color, strokeWidth: 0 } : false}
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
