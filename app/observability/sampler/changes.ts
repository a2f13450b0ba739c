import { newId } from "~/platform/ids.ts";
import type { ProbeRow } from "../probes/all.ts";
import { EVENT } from "./copied.ts";
import { isKnown, type Sample } from "./sample.ts";
import type { Recorded } from "../series.ts";

type Setting = { target: string; name: string; value: string };

/** Notices what happened to a server between two looks: the answers to "what changed since". */
export class Changes {
  private readonly values = new Map<string, string>();
  private readonly started = new Map<string, number>();
  private readonly recovering = new Map<string, boolean>();
  private readonly reset = new Map<string, number>();
  private readonly up = new Map<string, boolean>();
  private changed: Setting[] = [];

  recall(known: readonly Setting[]): void {
    for (const setting of known) this.values.set(`${setting.target} ${setting.name}`, setting.value);
  }

  /** What is not written yet, each with its latest value, and how to say that it is. */
  unwritten(): { settings: Setting[]; written(): void } {
    const n = this.changed.length;
    const latest = new Map(this.changed.map((setting) => [`${setting.target} ${setting.name}`, setting]));
    return { settings: [...latest.values()], written: () => void this.changed.splice(0, n) };
  }

  private event(target: string, kind: string, subject: string, before: string | null, after: string | null): Recorded {
    return { table: EVENT, row: [newId(), new Date().toISOString(), target, kind, subject, before, after] };
  }

  settings(target: string, sample: Sample<ProbeRow<"settings">>): Recorded[] {
    if (!isKnown(sample)) return [];
    const known = [...this.values.keys()].some((key) => key.startsWith(`${target} `));
    const found: Recorded[] = [];
    for (const row of sample.rows) {
      const key = `${target} ${row.name}`;
      const value = `${row.setting ?? ""}${row.unit ? ` ${row.unit}` : ""}`;
      const before = this.values.get(key);
      if (before === value) continue;
      this.values.set(key, value);
      this.changed.push({ target, name: row.name, value });
      if (known) found.push(this.event(target, "setting", row.name, before ?? row.default_value, value));
    }
    return found;
  }

  server(target: string, startedAt: Date, recovering: boolean): Recorded[] {
    const found: Recorded[] = [];
    const before = this.started.get(target);
    // The server reports its start to the microsecond, and the same each time.
    if (before !== undefined && before !== startedAt.getTime())
      found.push(this.event(target, "restart", target, new Date(before).toISOString(), startedAt.toISOString()));
    this.started.set(target, startedAt.getTime());
    const was = this.recovering.get(target);
    if (was === true && !recovering) found.push(this.event(target, "promotion", target, "standby", "primary"));
    this.recovering.set(target, recovering);
    return found;
  }

  statistics(target: string, sample: Sample<ProbeRow<"database">>): Recorded[] {
    const at = sample.rows?.[0]?.stats_reset?.getTime();
    if (at === undefined) return [];
    const before = this.reset.get(target);
    this.reset.set(target, at);
    return before !== undefined && before !== at
      ? [this.event(target, "statistics reset", target, null, new Date(at).toISOString())]
      : [];
  }

  reachable(target: string, up: boolean, error: string | null): Recorded[] {
    const was = this.up.get(target);
    this.up.set(target, up);
    if (was === undefined && up) return [];
    return was === up ? [] : [this.event(target, up ? "back" : "unreachable", target, null, error)];
  }
}
