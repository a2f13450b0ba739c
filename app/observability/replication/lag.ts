/** "16/B374D848" as one number, so that positions compare. */
export function position(text: string): bigint {
  const [high = "0", low = "0"] = text.split("/");
  return (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`);
}

const KEEP_MS = 3_600_000;

/** When the primary passed which position: what turns bytes behind into seconds behind, also while it is idle. */
export class PositionHistory {
  private readonly seen: { at: number; lsn: bigint }[] = [];

  add(at: number, lsn: bigint): void {
    const last = this.seen.at(-1);
    // Only the moment a position was first seen matters: an idle primary adds nothing.
    if (last && lsn <= last.lsn) return;
    this.seen.push({ at, lsn });
    while (this.seen.length > 0 && this.seen[0]!.at < at - KEEP_MS) this.seen.shift();
  }

  /** When the primary first went beyond `lsn`; null when that is older than what is remembered. */
  passedAt(lsn: bigint): number | null {
    if (this.seen.length === 0 || this.seen[0]!.lsn > lsn) return null;
    return this.seen.find((one) => one.lsn > lsn)?.at ?? null;
  }
}

export type StandbyState = "streaming" | "catching up" | "paused" | "receiver down" | "promoted" | "unreachable" | "not known";

export type Lag = {
  target: string;
  state: StandbyState;
  /** Against the primary's last known position. Null: one end is not known. */
  bytes: number | null;
  /** How old what the standby shows is. Null: not known. */
  seconds: number | null;
  /** The primary's position is from this moment; older than a few seconds when the primary is away. */
  primaryAt: number | null;
  receiving: boolean | null;
  says: string;
};

export type StandbyEnd = {
  recovering: boolean;
  received: string | null;
  replayed: string | null;
  replayed_at: Date | null;
  now: Date;
  paused: boolean;
  receiver: string | null;
  /** It runs, and this role may not see what it is at. */
  receiver_hidden: boolean;
};

export type ServerIdentity = { system_id: string | null; port: number | null; started_at: Date };

/**
 * Two addresses that lead to one server: the same system, started at the same moment on the same port. Its own address is
 * seen differently from another network.
 */
export const sameServer = (a: ServerIdentity, b: ServerIdentity): boolean =>
  a.system_id !== null && a.system_id === b.system_id && a.port === b.port && a.started_at.getTime() === b.started_at.getTime();

export type PrimaryEnd = { lsn: bigint; at: number; fresh: boolean };

/** A standby that answers, and does not tell: what was known of it before is not what is. */
export const lagNotTold = (target: string, primary: PrimaryEnd | null, reason: string): Lag => ({
  target,
  primaryAt: primary?.at ?? null,
  state: "not known",
  bytes: null,
  seconds: null,
  receiving: null,
  says: `Its position is not known. ${reason}`,
});

/**
 * Both ends compared. "Received equals replayed" proves nothing when the receiver is dead, and "now minus last replayed
 * commit" grows on an idle primary: only the primary's own position tells.
 */
export function lagOf(
  target: string,
  standby: StandbyEnd | null,
  primary: PrimaryEnd | null,
  history: PositionHistory | null,
): Lag {
  const base = { target, primaryAt: primary?.at ?? null };
  if (!standby)
    return {
      ...base,
      state: "unreachable",
      bytes: null,
      seconds: null,
      receiving: null,
      says: "The standby can't be reached. Its position is not known.",
    };
  if (!standby.recovering)
    return {
      ...base,
      state: "promoted",
      bytes: null,
      seconds: null,
      receiving: null,
      says: "It is no longer a standby: it accepts writes.",
    };
  const receiving = standby.receiver_hidden ? null : standby.receiver === "streaming";
  const replayed = standby.replayed ? position(standby.replayed) : null;
  const bytes = replayed !== null && primary ? Number(primary.lsn > replayed ? primary.lsn - replayed : 0n) : null;
  const passed = replayed !== null ? (history?.passedAt(replayed) ?? null) : null;
  const now = standby.now.getTime();
  const seconds =
    bytes === null
      ? null
      : bytes === 0
        ? 0
        : passed !== null
          ? Math.max(0, (now - passed) / 1000)
          : standby.replayed_at
            ? Math.max(0, (now - standby.replayed_at.getTime()) / 1000)
            : null;
  const state: StandbyState =
    receiving === null
      ? "not known"
      : !receiving
        ? "receiver down"
        : standby.paused
          ? "paused"
          : (seconds ?? 0) > 5
            ? "catching up"
            : "streaming";
  const behind = primary?.fresh === false ? " The primary can't be reached: compared with its last known position." : "";
  const says =
    state === "not known"
      ? `Its receiver is hidden from the observer's role.${behind}`
      : state === "receiver down"
        ? `It receives no WAL (receiver ${standby.receiver ?? "not running"}): new commits are missing here.${behind}`
        : state === "paused"
          ? `It receives WAL, and replay is paused: what it shows gets older.${behind}`
          : state === "catching up"
            ? `It receives WAL, and replay is behind.${behind}`
            : `It receives and replays WAL.${behind}`;
  return { ...base, state, bytes, seconds, receiving, says };
}
