import { read } from "~/access/verb.server.ts";
import { current, currentLags, lateOf, live, sourceOf, targetNames } from "../current.server.ts";
import { metricHistory } from "../history.server.ts";
import { archivingOf } from "./archiving.ts";
import { sameServer } from "./lag.ts";
import { spanInput } from "../load/read-load.server.ts";

/** Both ends of every stream, asked now, with the lag that follows from comparing them. */
export const replicationReport = read({
  name: "replication.report",
  permission: "database.read",
  input: spanInput,
  async run({ ctx, input }) {
    const standbys = targetNames().filter((name) => name !== "primary");
    const [primary, senders, slots, archiver, lags, ends, conflicts] = await Promise.all([
      live("position", "primary"),
      live("senders", "primary"),
      current("slots", "primary"),
      current("archiver", "primary"),
      currentLags(),
      Promise.all(standbys.map((name) => live("position", name))),
      Promise.all(standbys.map((name) => current("conflicts", name))),
    ]);
    const main = primary.rows?.[0] ?? null;
    const isMain = (index: number) => {
      const row = ends[index]!.rows?.[0];
      return Boolean(main && row && sameServer(main, row));
    };
    const history = await metricHistory(
      ctx.tx,
      ["lag.bytes", "lag.seconds", "lag.receiving", "standby.conflicts", "archive.backlog", "wal.bytes_per_s"],
      input,
      ctx.clock.now(),
    );
    return {
      primary: { row: main, missing: primary.missing, alsoListedAs: standbys.filter((_, index) => isMain(index)) },
      standbys: standbys.flatMap((name, index) =>
        isMain(index)
          ? []
          : {
              name,
              row: ends[index]!.rows?.[0] ?? null,
              missing: ends[index]!.missing,
              lag: lags.find((lag) => lag.target === name) ?? null,
              conflicts: conflicts[index]!.rows?.[0] ?? null,
            },
      ),
      senders: senders.rows,
      sendersMissing: senders.missing,
      slots: slots.rows,
      slotsMissing: slots.missing,
      archiver: archiver.rows?.[0] ?? null,
      archiving: archiver.rows?.[0] ? archivingOf(archiver.rows[0], ctx.clock.now().getTime()) : null,
      archiverMissing: archiver.missing,
      late: lateOf(primary, senders, ...ends),
      history: history.points,
      step: history.step,
      source: sourceOf(senders.sql ? senders : primary),
    };
  },
});
