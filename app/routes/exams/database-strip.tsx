import { Link } from "@remix-run/react";
import { count, decimal } from "~/platform/format.ts";
import { Badge } from "~/ui/feedback/badge.tsx";
import { Ago } from "~/ui/time/time.tsx";

type Database = {
  code: string;
  known: boolean;
  active: number | null;
  waiting: number | null;
  everybody: number | null;
  savesPerMinute: number | null;
  incidents: { number: number; title: string; state: string; from_at: Date }[];
} | null;

/** What the database is doing to this exam, in one line: so that a stall is not taken for a student's doing. */
export function DatabaseStrip({ database }: { database: Database }) {
  if (!database) return null;
  const open = database.incidents.filter((incident) => incident.state === "OPEN");
  const stalled = (database.waiting ?? 0) >= 1 || database.savesPerMinute === null;
  return (
    <section
      aria-label="Database for this exam"
      className={`panel flex flex-wrap items-center gap-x-6 gap-y-1.5 px-3.5 py-2.5 ${open.length > 0 || stalled ? "!border-bad" : ""}`}
    >
      <span className="font-[600]">Database</span>
      {open.length > 0 ? (
        <Badge tone="bad">Incident</Badge>
      ) : stalled ? (
        <Badge tone="warn">Saves are waiting</Badge>
      ) : database.known ? (
        <Badge tone="ok">Keeps up</Badge>
      ) : (
        <Badge>Not sampled</Badge>
      )}
      <span>
        <span className="tabular-nums">{database.active === null ? "–" : decimal(database.active, 1)}</span>{" "}
        <span className="text-muted">
          active sessions for {database.code}, of {database.everybody === null ? "–" : decimal(database.everybody, 1)} in all
        </span>
      </span>
      <span>
        <span className="tabular-nums">{database.waiting === null ? "–" : decimal(database.waiting, 1)}</span>{" "}
        <span className="text-muted">waiting for a lock</span>
      </span>
      {database.savesPerMinute === null ? (
        <span className="font-[560] text-bad">Answers can't be saved: their table is locked</span>
      ) : (
        <span>
          <span className="tabular-nums">{count(database.savesPerMinute)}</span>{" "}
          <span className="text-muted">answers saved in the last minute</span>
        </span>
      )}
      {database.incidents.map((incident) => (
        <Link
          key={incident.number}
          to={`/exams/incidents/${incident.number}`}
          className={`hover:underline ${incident.state === "OPEN" ? "font-[560] text-bad" : "text-muted"}`}
        >
          Incident {incident.number}: {incident.title}, {incident.state === "OPEN" ? "open since" : "began"}{" "}
          <Ago at={incident.from_at} />
        </Link>
      ))}
    </section>
  );
}
