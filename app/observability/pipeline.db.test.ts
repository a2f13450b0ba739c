import fs from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ctxFor, everywhere, makeStaff, testDatabase } from "../../tests/database.ts";
import { holdLease } from "~/collector/lease.server.ts";
import { env } from "~/platform/env.server.ts";
import { newId } from "~/platform/ids.ts";
import { changeRule, listAlerts, silenceAlert } from "./alerts/alerts.server.ts";
import { Evaluator, type Change, type Reading } from "./alerts/evaluate.ts";
import { EpisodeStore } from "./alerts/episode-store.server.ts";
import { deliver, postWebhook } from "./alerts/notify.server.ts";
import { ruleByKey } from "./alerts/rules.ts";
import { declareIncident, getIncident, incidentsBetween, resolveIncident } from "./incidents/incidents.server.ts";
import { rollUp } from "./sampler/rollup.server.ts";
import { forgetOldTelemetry } from "./sampler/retention.server.ts";
import { Store } from "./sampler/store.server.ts";

// Breaks when a sample is lost, written twice or summed twice, or when an alert does not become what it should.
const db = testDatabase();
let server: http.Server;
const heard: { body: string; key: string }[] = [];
let answer = 500;
let port = 0;

beforeAll(async () => {
  server = http.createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += String(chunk)));
    request.on("end", () => {
      heard.push({ body, key: String(request.headers["idempotency-key"]) });
      response.writeHead(answer).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.close();
  fs.rmSync(env().dataDir, { recursive: true, force: true });
});

const count = async (sql: string, values: unknown[] = []) =>
  Number((await db.owner.query<{ n: string }>(sql, values)).rows[0]!.n);
const tick = (at: Date, n = 1) => [at.toISOString(), "primary", n, n, 0, 0, 0, 0, 0];

describe("samples", () => {
  it("are written by COPY, with whatever characters they hold", async () => {
    const store = new Store();
    const at = new Date(Math.floor(Date.now() / 1000) * 1000);
    store.add("tick", tick(at));
    store.add("load", [at.toISOString(), "primary", "CPU", "", "-42", "a\tb\\n\n", null, "x\u0000y", 3]);
    await store.flush();
    const { rows } = await db.owner.query("select tenant, app, n, query_id::text from telemetry.load where at = $1", [at]);
    expect(rows).toEqual([{ tenant: "a\tb\\n\n", app: "xy", n: 3, query_id: "-42" }]);
  });

  it("count in the time of the collector that made them: none twice, and those of a dead one are not lost", async () => {
    const second = 1000;
    const now = Math.floor(Date.now() / second) * second;
    // Two collectors that share a data directory. The first died a minute ago, while its samples could not be written.
    const dead = newId();
    await db.owner.query("delete from telemetry.tick");
    await db.owner.query("insert into telemetry.term (holder, began_at) values ('earlier', $1), ($2, $3)", [
      new Date(now - 600 * second),
      dead,
      new Date(now - 90 * second),
    ]);
    await db.owner.query(
      "insert into console.lease (name, holder, fence, expires_at) values ('collector', $1, 7, now() - interval '1 second')",
      [dead],
    );
    const next = await holdLease("collector");
    try {
      expect(next.active()).toBe(true);
      const { rows: terms } = await db.owner.query<{ began_at: Date }>("select began_at from telemetry.term where holder = $1", [
        next.maker().holder,
      ]);
      const turn = terms[0]!.began_at.getTime();
      const spool = `${env().dataDir}/spool/telemetry`;
      fs.mkdirSync(spool, { recursive: true });
      const leave = (holder: string, ats: number[], provisional?: boolean) => {
        const id = newId();
        fs.writeFileSync(
          `${spool}/${id}.json`,
          JSON.stringify({ id, holder, provisional, rows: { tick: ats.map((at) => tick(new Date(at))) } }),
        );
      };
      // Before its turn, within it, and after the next one's began: of a process that was only held still.
      leave(dead, [now - 120 * second, now - 60 * second, now - 59 * second, turn, turn + second]);
      // One that worked for itself in the outage and never got the lease; and one that a crash cut short.
      leave(newId(), [now - 60 * second], true);
      fs.writeFileSync(`${spool}/${newId()}.json`, '{"id":');
      const store = new Store(next.maker);
      store.add("tick", tick(new Date(turn + second)));
      await Promise.all([store.flush(), new Store(next.maker).flush()]);
      expect(store.behind).toBe(false);
      const { rows } = await db.owner.query<{ at: Date }>(
        "select at from telemetry.tick where at between $1 and $2 order by at",
        [new Date(now - 300 * second), new Date(turn + 10 * second)],
      );
      expect(rows.map((row) => row.at.getTime())).toEqual([now - 60 * second, now - 59 * second, turn + second]);
    } finally {
      await next.release();
      await db.owner.query("delete from console.lease; delete from telemetry.term; delete from telemetry.tick");
      for (const name of fs.readdirSync(`${env().dataDir}/spool/telemetry`))
        fs.rmSync(`${env().dataDir}/spool/telemetry/${name}`);
    }
  });

  it("made before anyone could say whose turn it is wait for that, and count for who got it", async () => {
    let provisional = true;
    const store = new Store(() => ({ holder: "early", provisional }));
    const at = new Date(Math.floor(Date.now() / 1000) * 1000);
    store.add("tick", tick(at));
    await store.flush();
    expect(store.behind).toBe(true);
    provisional = false;
    await store.flush();
    expect(store.behind).toBe(true);
    await db.owner.query("insert into telemetry.term (holder, began_at) values ('early', $1)", [new Date(at.getTime() - 1000)]);
    await store.flush();
    expect(store.behind).toBe(false);
    expect(await count("select count(*) as n from telemetry.tick where at = $1", [at])).toBe(1);
    await db.owner.query("delete from telemetry.term; delete from telemetry.tick");
  });

  it("come back from the spool once, however often they are tried", async () => {
    const dir = `${env().dataDir}/spool/telemetry`;
    fs.mkdirSync(dir, { recursive: true });
    const at = new Date(Date.now() - 7000);
    const id = crypto.randomUUID();
    const batch = JSON.stringify({ id, rows: { tick: [tick(at)] } });
    for (let i = 0; i < 2; i++) {
      fs.writeFileSync(`${dir}/${id}.json`, batch);
      const store = new Store();
      expect(store.behind).toBe(true);
      await store.flush();
      expect(store.behind).toBe(false);
    }
    expect(await count("select count(*) as n from telemetry.tick where at = $1", [at])).toBe(1);
  });

  it("are summed exactly once, and what is forgotten is whole days", async () => {
    await db.owner.query("delete from telemetry.tick; delete from telemetry.load");
    const hour = new Date(Math.floor(Date.now() / 3_600_000) * 3_600_000 - 3_600_000);
    await db.owner.query(
      "select public.ensure_partitions('telemetry.tick', '1 day', $1, $1), public.ensure_partitions('telemetry.load', '1 day', $1, $1), public.ensure_partitions('telemetry.tick_1m', '1 day', $1, $1), public.ensure_partitions('telemetry.load_1m', '1 day', $1, $1)",
      [hour],
    );
    await db.owner.query(
      "insert into telemetry.tick (at, target, total, active, idle, idle_in_transaction, lock_waiting, longest_query_ms, longest_transaction_ms) select g, 'primary', 5, 2, 3, 0, 1, 10, 20 from generate_series($1::timestamptz, $1::timestamptz + interval '59 minutes 59 seconds', interval '1 second') g",
      [hour],
    );
    await db.owner.query(
      "insert into telemetry.load (at, target, wait_class, wait_event, tenant, n) select g, 'primary', 'CPU', '', 'A', 2 from generate_series($1::timestamptz, $1::timestamptz + interval '59 minutes 59 seconds', interval '1 second') g",
      [hour],
    );
    const now = new Date(hour.getTime() + 3_600_000 + 60_000);
    for (let i = 0; i < 3; i++) await rollUp(now);
    for (const level of ["1m", "5m", "1h"]) {
      expect(await count(`select sum(ticks) as n from telemetry.tick_${level}`), level).toBe(3600);
      expect(await count(`select sum(active) as n from telemetry.tick_${level}`), level).toBe(7200);
      expect(await count(`select sum(n) as n from telemetry.load_${level}`), level).toBe(7200);
    }
    await db.owner.query(
      "select public.ensure_partitions('telemetry.load', '1 day', now() - interval '4 days', now() - interval '4 days')",
    );
    const before = await count("select count(*) as n from pg_inherits where inhparent = 'telemetry.load'::regclass");
    await forgetOldTelemetry();
    expect(await count("select count(*) as n from pg_inherits where inhparent = 'telemetry.load'::regclass")).toBeLessThan(
      before,
    );
    expect(await count("select sum(n) as n from telemetry.load")).toBe(7200);
  });
});

const lock = ruleByKey("lock-wait")!;
const reading = (value: number): Reading => ({
  signals:
    value > 0
      ? [
          {
            metric: lock.metric,
            target: "primary",
            label: "",
            value,
            says: `${value} sessions wait`,
            title: "Lock on student_answer",
            cause: "pid 7 held it",
          },
        ]
      : [],
  unknown: new Set(),
});

async function play(
  keeper: EpisodeStore,
  evaluator: Evaluator,
  values: [second: number, value: number][],
  start: number,
): Promise<Change[]> {
  const all: Change[] = [];
  for (const [second, value] of values) {
    const now = start + second * 1000;
    const changes = evaluator.step([lock], reading(value), now);
    for (const change of changes) keeper.push(change, now);
    all.push(...changes);
  }
  await keeper.persist();
  return all;
}

describe("an alert of blocked sessions", () => {
  it("becomes an incident from when it began, is told at least once, and ends", async () => {
    const sre = await makeStaff(db.owner, "SRE");
    const auditor = await makeStaff(db.owner, "AUDITOR");
    const proctor = await makeStaff(db.owner, "PROCTOR");
    await db.owner.query(
      "insert into console.notification_target (id, name, kind, address) values (gen_random_uuid(), 'mail', 'EMAIL', 'sre@example.org')",
    );
    const start = Math.floor(Date.now() / 1000) * 1000 - 120_000;
    const keeper = new EpisodeStore();
    const evaluator = new Evaluator();
    await play(
      keeper,
      evaluator,
      [
        [0, 4],
        [10, 6],
        [16, 9],
        [20, 5],
      ],
      start,
    );
    const between = (from: number, to: number, who = sre) =>
      incidentsBetween({
        ctx: ctxFor(who, everywhere),
        input: { from: new Date(start + from * 1000), to: new Date(start + to * 1000) },
      });
    const [open] = await between(0, 60);
    expect(open).toMatchObject({
      number: 1,
      state: "OPEN",
      title: "Lock on student_answer",
      rule: "lock-wait",
      from: new Date(start),
      to: null,
      cause: "pid 7 held it",
    });
    await play(keeper, evaluator, [[40, 0]], start);
    expect(await between(0, 60)).toMatchObject([{ state: "RESOLVED", to: new Date(start + 40_000) }]);
    expect(await between(41, 60)).toEqual([]);
    expect((await between(0, 60, proctor))[0]!.cause).toBeNull();
    const page = await getIncident({ ctx: ctxFor(auditor, everywhere), input: { id: "1" } });
    expect(page.notes.map((note) => note.text)).toEqual([
      "The condition begins.",
      "9 sessions wait",
      "Resolved. At its worst: 9.",
    ]);
    const alerts = await listAlerts({ ctx: ctxFor(sre, everywhere), input: { from: new Date(start), to: new Date() } });
    expect(alerts.episodes).toMatchObject([{ rule: "lock-wait", state: "RESOLVED", worst: 9, incident: 1 }]);
    // Without a collector nobody knows what is about to fire.
    expect(alerts.pending).toBeNull();
    await deliver(new Date());
    const mails = fs.readdirSync(`${env().dataDir}/outbox`).filter((name) => name.endsWith(".eml"));
    expect(mails).toHaveLength(2);
    await deliver(new Date());
    expect(fs.readdirSync(`${env().dataDir}/outbox`)).toHaveLength(2);
  });

  it("goes on after the collector was restarted, and resolves", async () => {
    const start = Date.now() - 60_000;
    await play(
      new EpisodeStore(),
      new Evaluator(),
      [
        [0, 4],
        [15, 4],
      ],
      start,
    );
    const keeper = new EpisodeStore();
    const evaluator = new Evaluator();
    evaluator.adopt(await keeper.openEpisodes());
    expect(
      (
        await play(
          keeper,
          evaluator,
          [
            [20, 4],
            [30, 0],
          ],
          start,
        )
      ).map((change) => change.kind),
    ).toEqual(["resolved"]);
    expect(await count("select count(*) as n from console.alert_episode where state = 'FIRING'")).toBe(0);
    expect(await count("select count(*) as n from console.incident where state = 'OPEN'")).toBe(0);
  });

  it("tells nobody while it is silenced, and is an incident all the same", async () => {
    const sre = await makeStaff(db.owner, "SRE");
    await silenceAlert({
      ctx: ctxFor(sre, everywhere),
      input: { rule: "lock-wait", minutes: 10, reason: "a planned migration" },
    });
    const before = await count("select count(*) as n from console.notification_delivery");
    const incidents = await count("select count(*) as n from console.incident");
    // It ends within the silence: whoever did not hear of its beginning does not hear of its end.
    await play(
      new EpisodeStore(),
      new Evaluator(),
      [
        [0, 4],
        [15, 4],
        [16, 0],
      ],
      Date.now(),
    );
    expect(await count("select count(*) as n from console.notification_delivery")).toBe(before);
    expect(await count("select count(*) as n from console.incident")).toBe(incidents + 1);

    const keeper = new EpisodeStore();
    const evaluator = new Evaluator();
    await play(
      keeper,
      evaluator,
      [
        [0, 4],
        [15, 4],
      ],
      Date.now(),
    );
    await deliver(new Date());
    expect(await count("select count(*) as n from console.notification_delivery")).toBe(before);
    const after = new Date(Date.now() + 11 * 60_000);
    await Promise.all([deliver(after), deliver(after)]);
    const told = () =>
      db.owner.query<{ event: string }>("select event from console.notification_delivery order by created_at, id offset $1", [
        before,
      ]);
    expect((await told()).rows, "the silence is over, and the lock is not").toEqual([{ event: "FIRING" }]);
    await play(keeper, evaluator, [[20, 0]], Date.now());
    expect((await told()).rows).toEqual([{ event: "FIRING" }, { event: "RESOLVED" }]);
  });

  it("of a rule that is no more ends with the next start", async () => {
    const start = Date.now();
    await play(
      new EpisodeStore(),
      new Evaluator(),
      [
        [0, 4],
        [15, 4],
      ],
      start,
    );
    await db.owner.query("update console.alert_episode set rule = 'from-an-older-version' where state = 'FIRING'");
    expect(await new EpisodeStore().openEpisodes()).toEqual([]);
    expect(await count("select count(*) as n from console.alert_episode where state = 'FIRING'")).toBe(0);
    expect(await count("select count(*) as n from console.incident where state = 'OPEN'")).toBe(0);
  });

  it("keeps a rule's clear line on its quiet side", async () => {
    const sre = await makeStaff(db.owner, "SRE");
    await expect(
      changeRule({
        ctx: ctxFor(sre, everywhere),
        input: { key: "lock-wait", enabled: true, threshold: 3, clearAt: 5, forSeconds: 15, severity: "CRITICAL" },
      }),
    ).rejects.toThrow(/normal side/);
  });
});

describe("a webhook", () => {
  const find = async (text: string) => ({ url: new URL(text), address: "127.0.0.1" });
  it("counts as told only when it says so, and is not followed elsewhere", async () => {
    for (answer of [500, 302])
      await expect(postWebhook(`http://hook.example:${port}/x`, "{}", "id-1", find)).rejects.toThrow(/answered/);
    answer = 204;
    await postWebhook(`http://hook.example:${port}/x`, '{"a":1}', "id-1", find);
    expect(heard.at(-1)).toEqual({ body: '{"a":1}', key: "id-1" });
    expect(heard).toHaveLength(3);
  });

  it("that can't be reached is tried again later, and given up in the end", async () => {
    await db.owner.query("delete from console.notification_target");
    await db.owner.query(
      "insert into console.notification_target (id, name, kind, address) values ('00000000-0000-4000-8000-000000000001', 'hook', 'WEBHOOK', 'http://127.0.0.1:8080/')",
    );
    await db.owner.query(
      "insert into console.notification_delivery (id, target_id, event, subject, body, next_attempt_at) values (gen_random_uuid(), '00000000-0000-4000-8000-000000000001', 'FIRING', 's', '{}', now() - interval '1 minute')",
    );
    let now = Date.now();
    for (let i = 0; i < 14; i++, now += 2 * 3_600_000) await deliver(new Date(now));
    const { rows } = await db.owner.query(
      "select state, attempts, error from console.notification_delivery where target_id = '00000000-0000-4000-8000-000000000001'",
    );
    expect(rows).toEqual([{ state: "FAILED", attempts: 12, error: expect.stringMatching(/private network/) }]);
  });
});

describe("an incident by hand", () => {
  it("is declared, resolved once, and recorded", async () => {
    const sre = await makeStaff(db.owner, "SRE");
    const ctx = ctxFor(sre, everywhere);
    const made = await declareIncident({ ctx, input: { title: "Logins are slow", cause: "Not known yet" } });
    await resolveIncident({ ctx, input: { id: made.id, text: "It passed" } });
    await expect(resolveIncident({ ctx, input: { id: made.id, text: "again" } })).rejects.toThrow(/already/);
    expect(await count("select count(*) as n from audit.entry where action like 'incident.%'")).toBe(2);
    for (const from of [new Date(Date.now() + 60_000), new Date(Date.now() - 8 * 86_400_000)])
      await expect(declareIncident({ ctx, input: { title: "nope", cause: "nope", from } })).rejects.toThrow(/last seven days/);
    const auditor = await makeStaff(db.owner, "AUDITOR");
    await expect(declareIncident({ ctx: ctxFor(auditor, everywhere), input: { title: "nope", cause: "nope" } })).rejects.toThrow(
      /role does not allow/,
    );
  });
});
