/** As a person may type it, with blanks around it. Null for what no certificate is called. */
export function readCertificateNumber(typed: string): string | null {
  const number = typed.trim();
  return /^[\p{L}\p{N}][\p{L}\p{N}\-_/.]{2,63}$/u.test(number) ? number : null;
}

/** Where anyone can verify it, at the address by which this console was asked. */
export const verifyPath = (number: string) => `/verify/${encodeURIComponent(number)}`;

export type CertificateState = "valid" | "expired" | "revoked";

export const stateOf = (certificate: { expires_at: Date | null; revoked_at: Date | null }, now: Date): CertificateState =>
  certificate.revoked_at ? "revoked" : certificate.expires_at && certificate.expires_at <= now ? "expired" : "valid";
