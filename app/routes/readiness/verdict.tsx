import { Badge } from "~/ui/feedback/badge.tsx";

const VERDICTS = { HOLDS: ["ok", "Holds"], AT_RISK: ["warn", "At risk"], WILL_NOT_HOLD: ["bad", "Will not hold"] } as const;

export function VerdictBadge({ verdict }: { verdict: keyof typeof VERDICTS }) {
  const [tone, label] = VERDICTS[verdict];
  return <Badge tone={tone}>{label}</Badge>;
}
