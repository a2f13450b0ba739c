import type { CertificateState } from "~/domains/learning/certificates/number.ts";
import type { Tone } from "~/ui/feedback/badge.tsx";

export const CERTIFICATE_TONES: Record<CertificateState, Tone> = { valid: "ok", expired: "warn", revoked: "bad" };
