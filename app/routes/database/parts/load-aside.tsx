import { Link } from "@remix-run/react";
import { peakNote } from "~/observability/load/peak.ts";
import { bytes, decimal, plural, seconds } from "~/platform/format.ts";
import { Figure, Figures, Panel } from "~/ui/layout/panel.tsx";
import { Ago } from "~/ui/time/time.tsx";
import { SeverityBadge } from "./severity.tsx";
import type { Data } from "../load.tsx";

type Rest = NonNullable<Data["rest"]>;

export function OwnFigures({ load }: { load: NonNullable<Data["load"]["value"]> }) {
  return (
    <Figures>
      <Figure
        label="Active sessions"
        value={load.average === null ? "–" : decimal(load.average, 2)}
        note="on average in this range"
      />
      <Figure label="At most" value={load.peak === null ? "–" : decimal(load.peak, 1)} note={peakNote(load)} />
    </Figures>
  );
}

export function Top({ rest, load }: { rest: Rest; load: Data["load"]["value"] }) {
  const head = rest.headroom.value?.headroom ?? null;
  const missing = rest.headroom.value?.missing;
  const lag = [...(rest.lags.value ?? [])].sort((a, b) => (b.seconds ?? Infinity) - (a.seconds ?? Infinity))[0];
  const firing = rest.alerts.value?.episodes.filter((episode) => episode.state === "FIRING") ?? null;
  const grave = firing?.filter((episode) => episode.severity !== "INFO") ?? [];
  return (
    <Figures>
      <Figure
        label="Active sessions"
        value={load?.average === null || !load ? "not known" : decimal(load.average, 2)}
        unit="on average"
        note={load ? peakNote(load) : undefined}
      />
      <Figure
        label="Connections"
        value={head ? head.usedOrdinary : "not known"}
        unit={head ? `of ${head.ordinary}` : undefined}
        tone={head && head.used / head.ordinary > 0.8 ? "bad" : undefined}
        note={
          head
            ? `${head.free} free, ${head.reserved + head.superuserReserved} kept in reserve`
            : [missing?.reason ?? rest.headroom.error ?? "The server does not answer.", missing?.grant].filter(Boolean).join(" ")
        }
      />
      <Figure
        label="Standby lag"
        value={!lag ? "none" : lag.seconds === null ? "not known" : seconds(lag.seconds)}
        unit={lag?.bytes !== null && lag ? bytes(lag.bytes) : undefined}
        tone={lag && lag.state !== "streaming" ? "warn" : undefined}
        note={lag ? lag.state : "no standby is configured"}
      />
      <Figure
        label="Alerts"
        value={firing ? grave.length : "not known"}
        unit={firing && firing.length > grave.length ? `and ${plural(firing.length - grave.length, "notice")}` : undefined}
        tone={grave.some((episode) => episode.severity === "CRITICAL") ? "bad" : grave.length > 0 ? "warn" : undefined}
        note={grave[0]?.says ?? "no alerts"}
      />
    </Figures>
  );
}

export function Aside({ rest }: { rest: Rest }) {
  const firing = rest.alerts.value?.episodes.filter((episode) => episode.state === "FIRING") ?? [];
  return (
    <>
      <Panel title="Needs you" aside={firing.length || undefined}>
        {firing.length === 0 ? (
          <p className="text-muted">{rest.alerts.error ? `Alerts can't be read: ${rest.alerts.error}` : "No alerts."}</p>
        ) : (
          <ul className="flex flex-col gap-3">
            {firing.slice(0, 6).map((episode) => (
              <li key={episode.id}>
                <div className="flex items-center justify-between gap-2">
                  <SeverityBadge severity={episode.severity} />
                  <span className="text-[12px] text-muted">
                    <Ago at={episode.fired_at} />
                  </span>
                </div>
                <Link
                  to={episode.incident ? `/database/incidents/${episode.incident}` : "/database/alerts"}
                  className="mt-1 block hover:underline"
                >
                  {episode.says}
                </Link>
                {episode.rule === "lock-wait" && (
                  <Link to="/database/locks" className="link inline-block py-1 text-[12px]">
                    View blockers
                  </Link>
                )}
              </li>
            ))}
          </ul>
        )}
      </Panel>
      <Panel title="Findings" aside={rest.findings?.reduce((sum, one) => sum + one.open, 0)}>
        {rest.findings === null ? (
          <p className="text-muted">Not available right now.</p>
        ) : rest.findings.length === 0 ? (
          <p className="text-muted">No findings.</p>
        ) : (
          <ul className="flex flex-col gap-2">
            {rest.findings.slice(0, 8).map((finding) => (
              <li key={finding.id} className="flex items-baseline justify-between gap-2">
                <Link to={`/database/findings#${finding.id}`} className="hover:underline">
                  {finding.title}
                </Link>
                <span className="text-muted tabular-nums">{finding.open}</span>
              </li>
            ))}
          </ul>
        )}
      </Panel>
    </>
  );
}
