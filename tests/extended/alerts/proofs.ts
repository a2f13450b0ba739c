import fs from "node:fs";
import path from "node:path";
import { lowered, type Condition } from "./condition.ts";
import { until, wait, type World } from "./world.ts";

const day = "a day";

export const noBackup: Condition = {
  says: "nobody has taken, verified or restored a backup, and the first try fails",
  fromTheStart: true,
  alerts: {
    InvigilBackupFailed: true,
    InvigilBackupOld: lowered(90, 80, day),
    InvigilVerificationOld: lowered(90, 80, day),
    InvigilDrillOld: lowered(90, 80, "a week"),
  },
  async make(world) {
    await world.run("alter role invigil_backup noreplication");
    await world.mustFail("backup", "create");
    await world.run("alter role invigil_backup replication");
    return async () => {
      // A backup is none without its WAL: what others wrote meanwhile is archived first.
      const waiting = "select 1 from pg_ls_archive_statusdir() where name like '%.ready'";
      await until("the archive has caught up", async () => (await world.run(waiting)).length < 3, 120_000);
      await world.mustDo("backup", "create");
      await world.mustDo("backup", "verify");
      await world.mustDo("drill", "run");
    };
  },
};

/** The largest file of the newest backup. */
async function filesOf(world: World): Promise<string> {
  const [row] = await world.run("select directory from console.backup where state = 'DONE' order by started_at desc limit 1");
  const directory = String(row!["directory"]);
  const names = fs.readdirSync(directory).map((name) => path.join(directory, name));
  return names.sort((a, b) => fs.statSync(b).size - fs.statSync(a).size)[0]!;
}

export const damagedBackup: Condition = {
  says: "a part of a backup is overwritten",
  alerts: { InvigilVerificationFailed: true, InvigilDrillFailed: true },
  async make(world) {
    const file = await filesOf(world);
    const whole = fs.readFileSync(file);
    fs.writeFileSync(file, Buffer.concat([whole.subarray(0, 1000), Buffer.alloc(5000, 7), whole.subarray(6000)]));
    await world.mustFail("backup", "verify");
    await world.mustFail("drill", "run");
    return async () => {
      fs.writeFileSync(file, whole);
      await world.mustDo("backup", "verify");
      await world.mustDo("drill", "run");
    };
  },
};

export const hole: Condition = {
  says: "a segment disappears from the archive",
  alerts: { InvigilArchiveGap: true },
  async make(world) {
    const segments = () =>
      fs
        .readdirSync(world.archive)
        .filter((name) => /^[0-9A-F]{24}$/.test(name))
        .sort();
    const before = segments().length;
    for (let i = 0; i < 3; i++) {
      await world.run("select pg_logical_emit_message(false, 'planted', 'x')");
      await world.run("select pg_switch_wal()");
    }
    while (segments().length < before + 3) await wait(100);
    const taken = path.join(world.archive, segments().at(-2)!);
    const away = path.join(world.demo.dataDir, "taken");
    fs.renameSync(taken, away);
    return async () => fs.renameSync(away, taken);
  },
};

/** As someone does who may do everything, and goes around the console. */
async function rename(world: World, from: string, to: string): Promise<void> {
  const client = await world.session("invigil", "operator");
  await client.query("set session_replication_role = replica");
  const { rowCount } = await client.query(
    "update audit.entry set action = $2 where id = (select id from audit.entry where action = $1 order by at, id limit 1)",
    [from, to],
  );
  await client.end();
  if (rowCount !== 1) throw new Error(`no entry says ${from}`);
}

export const forgedLog: Condition = {
  says: "an entry of the audit log is changed by a superuser",
  alerts: { InvigilAuditLogBroken: true },
  async make(world) {
    const [entry] = await world.run("select action from audit.entry order by at, id limit 1");
    const action = String(entry!["action"]);
    await rename(world, action, "planted.act");
    await world.mustFail("audit", "verify");
    return async () => {
      await rename(world, "planted.act", action);
      await world.mustDo("audit", "verify");
    };
  },
};

export const sequencerRefused: Condition = {
  says: "the sequencer may no longer take entries from the queue",
  alerts: { InvigilAuditLogBehind: lowered(15, 5, "a minute") },
  async make(world) {
    await world.run("revoke delete on audit.pending from invigil_sequencer");
    // An act that is recorded, so that one waits.
    await world.command("audit", "checkpoint");
    return () => world.run("grant delete on audit.pending to invigil_sequencer");
  },
};
