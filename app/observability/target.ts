/** A server that is watched. `primary` is where the platform writes; the others are its standbys by configuration. */
export type TargetKind = "primary" | "standby";

export const targetLabel = (name: string) => (name === "primary" ? "Primary" : name.replace(/^standby-/, "Standby "));
