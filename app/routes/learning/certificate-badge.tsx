import type { CertificateState } from "~/domains/learning/certificates/number.ts";
import { Badge, type Tone } from "~/ui/feedback/badge.tsx";

const STATES: Record<CertificateState, [string, Tone]> = {
  valid: ["Valid", "ok"],
  expired: ["Expired", "warn"],
  revoked: ["Revoked", "bad"],
};

export function CertificateBadge({ state }: { state: CertificateState }) {
  const [label, tone] = STATES[state];
  return <Badge tone={tone}>{label}</Badge>;
}
