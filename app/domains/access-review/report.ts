import { exactTime, plural } from "~/platform/format.ts";
import type { Print } from "~/platform/pdf.server.ts";
import type { Campaign, CampaignRow } from "./campaign.server.ts";

const who = (row: Pick<CampaignRow, "name" | "address" | "role" | "tenants">) =>
  `${row.name} (${row.address}): ${row.role}, ${row.tenants}`;
const decided = (row: CampaignRow) =>
  `${who(row)}. ${row.decided_by_name ?? ""}, ${row.decided_at ? exactTime(row.decided_at) : ""}: ${row.reason ?? ""}`;

/** The campaign on paper: what was decided about whom, by whom and why. */
export function campaignPrint({ campaign, rows, joined }: Campaign, at: Date): Print {
  const of = (decision: string | null) => rows.filter((row) => row.decision === decision);
  const section = (title: string, lines: string[]) => ({
    title: `${title} (${lines.length})`,
    lines: lines.length > 0 ? lines : ["None"],
  });
  return {
    title: `Access campaign: ${campaign.name}`,
    context: [
      `Started by ${campaign.started_by_name}, ${exactTime(campaign.started_at)}. Due ${campaign.due_on}.`,
      `Printed ${exactTime(at)}.`,
    ],
    claim: campaign.signed_at
      ? `Signed off by ${campaign.signed_by_name ?? ""}, ${exactTime(campaign.signed_at)}: ${campaign.kept} kept, ${campaign.revoked} revoked.`
      : `Not signed off: ${plural(campaign.open, "row is", "rows are")} undecided, ${campaign.kept} kept, ${campaign.revoked} revoked.`,
    sections: [
      ...(campaign.note ? [{ title: "Note of the auditor", lines: [campaign.note], bullets: false }] : []),
      section("Revoked", of("REVOKE").map(decided)),
      section("Kept", of("KEEP").map(decided)),
      section("Undecided", of(null).map(who)),
      section(
        "Got access after the start, and not part of this campaign",
        joined.map((row) => `${who(row)}. Since ${exactTime(row.since)}`),
      ),
    ],
    footer: `Invigil · access campaign ${campaign.id}`,
  };
}

const DECISIONS = { KEEP: "kept", REVOKE: "revoked" } as const;

const COLUMNS = [
  "Kind",
  "Name",
  "E-mail or key",
  "Role",
  "Tenants",
  "Second factor",
  "Since",
  "Granted by",
  "Last action",
  "Decision",
  "Reason",
  "Decided by",
  "Decided at",
];

/** The same as lines for a spreadsheet. */
export function campaignCells({ rows, joined }: Campaign): unknown[][] {
  const iso = (at: Date | null) => at?.toISOString();
  return [
    COLUMNS,
    ...rows.map((row) => [
      row.kind === "STAFF" ? "Person" : "API key",
      row.name,
      row.address,
      row.role,
      row.tenants,
      row.second_factor,
      iso(row.since),
      row.granted_by,
      iso(row.last_act),
      row.decision ? DECISIONS[row.decision] : "undecided",
      row.reason,
      row.decided_by_name,
      iso(row.decided_at),
    ]),
    ...joined.map((row) => [
      row.kind === "STAFF" ? "Person" : "API key",
      row.name,
      row.address,
      row.role,
      row.tenants,
      row.secondFactor,
      iso(row.since),
      row.grantedBy,
      iso(row.lastAct),
      "joined after the start",
    ]),
  ];
}
