import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { lowered, type Condition, type Start } from "./condition.ts";
import { until } from "./world.ts";

export const scans: Condition = {
  says: "a table that does not fit is read again and again",
  alerts: {
    InvigilCacheHits: true,
  },
  async make(world) {
    // More than twice shared buffers: the scans of a smaller one pin each other's pages until all of it is in memory.
    await world.run("create unlogged table planted.scan as select repeat('x', 1900) as text from generate_series(1, 300000)");
    let over = false;
    const reader = await world.session();
    const reading = (async () => {
      while (!over) await reader.query("select count(text) from planted.scan");
    })();
    return async () => {
      over = true;
      await reading;
      await world.run("drop table planted.scan");
    };
  },
};

const PAGE = 8192;

export const brokenPage: Condition = {
  says: "a page on the disk is no longer what was written",
  alerts: { InvigilChecksumFailed: true },
  async make(world) {
    await world.run("create database planted_pages");
    const there = await world.session("planted_pages", "operator");
    await there.query("create extension pg_buffercache");
    await there.query("create table page as select repeat('x', 1000) as text from generate_series(1, 100)");
    await there.query("checkpoint");
    const { rows } = await there.query<{ file: string }>("select pg_relation_filepath('page') as file");
    await there.query("select pg_buffercache_evict_relation('page')");
    const file = fs.openSync(path.join(world.primaryDir, rows[0]!.file), "r+");
    fs.writeSync(file, Buffer.alloc(64, "damage"), 0, 64, PAGE + 4000);
    fs.closeSync(file);
    const refused = await there.query("select count(text) from page").then(
      () => null,
      (error: Error) => error,
    );
    if (!refused) throw new Error("the damaged page was read as if nothing had happened");
    await there.end();
    return () => world.run("drop database planted_pages with (force)");
  },
};

export const deadRows: Condition = {
  says: "deleted rows in a table that autovacuum leaves alone",
  alerts: { InvigilDeadRows: true },
  async make(world) {
    await world.run("create table planted.dead (n int) with (autovacuum_enabled = false)");
    await world.run("insert into planted.dead select generate_series(1, 50000)");
    await world.run("delete from planted.dead");
    return () =>
      // What an open transaction might still see stays, so it may take more than one go.
      until("no dead rows are left", async () => {
        await world.run("vacuum planted.dead");
        const [row] = await world.run("select pg_stat_get_dead_tuples('planted.dead'::regclass)::int as dead");
        return row!["dead"] === 0;
      });
  },
};

/** Half of what is free, which is not written: beside it, what everybody else writes does not count. */
const aboveNow = ({ diskUsed }: Start) => {
  const free = 1 - diskUsed;
  return {
    threshold: diskUsed + free * 0.4,
    clearAt: diskUsed + free * 0.35,
    because: "this machine's disk is not to be filled",
  };
};

export const fullDisk: Condition = {
  says: "a file takes half of what is free on the disk that data and backups are on",
  alerts: { InvigilDiskFull: aboveNow, InvigilStoreFull: aboveNow },
  async make(world) {
    const file = path.join(world.demo.dataDir, "planted");
    const { total, used } = world.disk;
    execFileSync("fallocate", ["-l", String(Math.ceil(total * (1 - used) * 0.5)), file]);
    return async () => fs.rmSync(file);
  },
};

export const standby: Condition = {
  says: "a standby whose receiver finds no primary and whose replay is paused, while 1.2 GB of WAL are written",
  alerts: {
    InvigilStandbyNotReceiving: true,
    InvigilReplicationLag: lowered(15, 10, "a minute"),
    InvigilReplicationLagBytes: true,
    InvigilSlotRetention: true,
  },
  async make(world) {
    const there = await world.standby();
    await there.query("alter system set primary_conninfo = 'host=127.0.0.1 port=1 connect_timeout=1'");
    await there.query("select pg_reload_conf()");
    const streams = async () => (await there.query("select 1 from pg_stat_wal_receiver where status = 'streaming'")).rowCount;
    await until("the receiver is gone", async () => (await streams()) === 0);
    await there.query("select pg_wal_replay_pause()");
    const here = await world.session("invigil", "operator");
    // A switch takes the rest of a segment's 16 MB.
    for (let i = 0; i < 75; i++) {
      await here.query("select pg_logical_emit_message(false, 'planted', 'x')");
      await here.query("select pg_switch_wal()");
    }
    return async () => {
      await there.query("alter system reset primary_conninfo");
      await there.query("select pg_reload_conf()");
      await there.query("select pg_wal_replay_resume()");
    };
  },
};

export const archiving: Condition = {
  says: "the command that archives WAL fails",
  alerts: { InvigilArchiveFailing: lowered(15, 0, "two minutes") },
  async make(world) {
    await world.run("alter system set archive_command = 'false'");
    await world.run("select pg_reload_conf()");
    await world.run("select pg_logical_emit_message(false, 'planted', 'x')");
    await world.run("select pg_switch_wal()");
    return async () => {
      await world.run("alter system reset archive_command");
      await world.run("select pg_reload_conf()");
    };
  },
};

export const revoked: Condition = {
  says: "the observer may no longer read one view",
  alerts: { InvigilProbeStale: lowered(15, 10, "three minutes"), InvigilSeriesEnded: true },
  async make(world) {
    await world.run("revoke select on pg_catalog.pg_stat_io from public");
    return () => world.run("grant select on pg_catalog.pg_stat_io to public");
  },
};
