import { type TimelineAnswer } from "./timeline-events.tsx";

export const LANE = 26;

export const TOP = 18;

export const LANES = ["Integrity", "Answers", "Revisions", "Network", "Tempo"] as const;

/** Seconds for each answer, smoothed over three: how quickly this person worked. */
export function Tempo({
  answers,
  from,
  to,
  y,
  height,
}: {
  answers: TimelineAnswer[];
  from: number;
  to: number;
  y: number;
  height: number;
}) {
  const timed = answers.filter((answer) => answer.seconds !== null && answer.seconds > 0);
  if (timed.length < 3) return null;
  const pace = timed.map((_, index) => {
    const near = timed.slice(Math.max(0, index - 1), index + 2);
    return Math.log(near.reduce((sum, answer) => sum + answer.seconds!, 0) / near.length);
  });
  const low = Math.min(...pace);
  const span = Math.max(0.5, Math.max(...pace) - low);
  const path = timed
    .map((answer, index) => {
      const x = ((new Date(answer.at).getTime() - from) / (to - from)) * 1000;
      return `${index === 0 ? "M" : "L"}${Math.max(0, Math.min(1000, x)).toFixed(1)} ${(((pace[index]! - low) / span) * (height - 2) + 1).toFixed(1)}`;
    })
    .join("");
  return (
    <svg x="0" y={y} width="100%" height={height} viewBox={`0 0 1000 ${height}`} preserveAspectRatio="none">
      <path d={path} fill="none" stroke="var(--s-2)" strokeWidth={1.6} vectorEffect="non-scaling-stroke" strokeLinejoin="round">
        <title>Higher is quicker</title>
      </path>
    </svg>
  );
}
