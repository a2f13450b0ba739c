import { z } from "zod";

/** GET /cluster. Versions differ in what they add; what is not said here is not looked at. */
export const clusterAnswer = z.object({
  members: z.array(
    z.object({
      name: z.string(),
      role: z.string(),
      state: z.string(),
      host: z.string().optional(),
      port: z.number().optional(),
      timeline: z.number().optional(),
      /** Bytes; "unknown" for one that does not say. */
      lag: z.union([z.number(), z.string()]).optional(),
      pending_restart: z.boolean().optional(),
      tags: z.record(z.string(), z.unknown()).optional(),
    }),
  ),
  pause: z.boolean().optional(),
  scheduled_switchover: z.object({ at: z.string(), from: z.string().optional(), to: z.string().optional() }).optional(),
});

/** GET /history: timeline, position, why, when, and who leads since; older entries lack the last two. */
export const historyAnswer = z.array(
  z.tuple([z.number(), z.union([z.number(), z.string()]), z.string()]).rest(z.string().nullable()),
);

export type Member = {
  name: string;
  role: "leader" | "replica" | "standby leader";
  synchronous: boolean;
  state: string;
  address: string | null;
  timeline: number | null;
  /** Bytes behind the leader; null where it is not known, and for the leader itself. */
  behind: number | null;
  pendingRestart: boolean;
  /** Why it may not become the leader; null where it may. */
  barred: string | null;
};

export type Failover = { timeline: number; reason: string; at: string | null; leader: string | null };

export type FailoverCluster = {
  members: Member[];
  leader: Member | null;
  /** Maintenance mode: Patroni promotes nobody by itself. */
  paused: boolean;
  scheduled: { at: string; to: string | null } | null;
  /** The last ones first. */
  history: Failover[];
};

const ROLES: Record<string, Member["role"]> = {
  leader: "leader",
  master: "leader",
  primary: "leader",
  standby_leader: "standby leader",
};
const RUNNING = new Set(["running", "streaming"]);

function barredBy(member: z.infer<typeof clusterAnswer>["members"][number], behind: number | null): string | null {
  if (!RUNNING.has(member.state)) return `it is ${member.state}`;
  if (member.tags?.["nofailover"] === true) return "it is tagged nofailover";
  if (behind === null) return "how far it is behind is not known";
  return null;
}

export function readCluster(cluster: z.infer<typeof clusterAnswer>, history: z.infer<typeof historyAnswer>): FailoverCluster {
  const members = cluster.members.map((member): Member => {
    const role = ROLES[member.role] ?? "replica";
    const behind = role !== "leader" && typeof member.lag === "number" ? member.lag : null;
    return {
      name: member.name,
      role,
      synchronous: member.role === "sync_standby",
      state: member.state,
      address: member.host ? `${member.host}:${member.port ?? 5432}` : null,
      timeline: member.timeline ?? null,
      behind,
      pendingRestart: member.pending_restart ?? false,
      barred: role === "leader" ? "it is the leader" : barredBy(member, behind),
    };
  });
  const { scheduled_switchover: scheduled } = cluster;
  return {
    members: members.sort((a, b) => Number(b.role === "leader") - Number(a.role === "leader") || a.name.localeCompare(b.name)),
    leader: members.find((member) => member.role === "leader") ?? null,
    paused: cluster.pause ?? false,
    scheduled: scheduled ? { at: scheduled.at, to: scheduled.to ?? null } : null,
    // A timeline ends where the next one begins: the entry of 1 tells of the promotion to 2.
    history: history
      .map(([timeline, , reason, at, leader]) => ({ timeline: timeline + 1, reason, at: at ?? null, leader: leader ?? null }))
      .reverse(),
  };
}
