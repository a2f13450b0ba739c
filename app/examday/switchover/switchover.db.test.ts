import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ctxFor, everywhere, makeCollege, makeStaff, testDatabase } from "../../../tests/database.ts";
import { makeExam } from "../../../tests/fixtures/exam.ts";
import type { Ctx } from "../../db/ctx.ts";
import { failoverState } from "../../observability/replication/patroni.server.ts";
import { forget } from "../../platform/singleton.ts";
import { agreeToSwitchover } from "./agree.server.ts";
import { askForSwitchover } from "./ask.server.ts";
import { switchovers } from "./list.server.ts";
import { withdrawSwitchover } from "./withdraw.server.ts";

const db = testDatabase();

// Answers as Patroni 3 does (seen on a real one, which tests/chaos/patroni.test.ts runs).
let leader = "pg1";
let asked: unknown[] = [];
let answers: (body: { leader: string; candidate: string }, response: http.ServerResponse) => void;
const promote: typeof answers = (body, response) => {
  if (body.leader !== leader) return void response.writeHead(412).end("leader name does not match");
  leader = body.candidate;
  response.end(`Successfully switched over to "${leader}"`);
};
const member = (name: string, more = {}) => ({
  name,
  role: name === leader ? "leader" : "replica",
  state: "running",
  host: "127.0.0.1",
  port: 5432,
  timeline: 4,
  ...(name === leader ? {} : { lag: 0 }),
  ...more,
});
const patroni = http.createServer((request, response) => {
  if (request.method === "GET")
    return void response.end(
      JSON.stringify(
        request.url === "/history"
          ? [[3, 50_332_040, "no recovery target specified", "2026-11-29T12:52:10.015163+00:00", "pg1"]]
          : {
              members: [
                member("pg1"),
                member("pg2"),
                member("pg3", { tags: { nofailover: true } }),
                member("pg4", { lag: "unknown" }),
              ],
            },
      ),
    );
  if (request.headers.authorization !== `Basic ${Buffer.from("invigil:s3cret/").toString("base64")}`)
    return void response.writeHead(401).end("not authenticated");
  let text = "";
  request.on("data", (chunk) => (text += chunk));
  request.on("end", () => {
    const body = JSON.parse(text) as { leader: string; candidate: string };
    asked.push(body);
    answers(body, response);
  });
});

let sre: Ctx;
let boss: Ctx;
let auditor: Ctx;
let college: string;

beforeAll(async () => {
  await new Promise<void>((listening) => patroni.listen(0, "127.0.0.1", listening));
  process.env["PATRONI_URL"] =
    `http://127.0.0.1:1, http://invigil:s3cret%2F@127.0.0.1:${(patroni.address() as AddressInfo).port}/`;
  forget("env");
  sre = ctxFor(await makeStaff(db.owner, "SRE"), everywhere);
  boss = ctxFor(await makeStaff(db.owner, "SUPER_ADMIN"), everywhere);
  auditor = ctxFor(await makeStaff(db.owner, "AUDITOR"), everywhere);
  college = (await makeCollege(db.owner)).id;
});
beforeEach(async () => {
  leader = "pg1";
  asked = [];
  answers = promote;
  await db.owner.query("delete from console.switchover");
});
afterEach(async () => {
  await db.owner.query("update public.exam set deleted_at = now()");
});
afterAll(async () => {
  delete process.env["PATRONI_URL"];
  patroni.closeAllConnections();
  await new Promise((closed) => patroni.close(closed));
});

const input = { leader: "pg1", candidate: "pg2", reason: "A new kernel on pg1" };
const ledger = async () => (await switchovers({ ctx: sre, input: {} })).map(({ state, outcome }) => ({ state, outcome }));
const entries = async () =>
  (
    await db.owner.query<{ action: string }>("select action from audit.entry where resource = 'switchover' order by at, id")
  ).rows.map((row) => row.action);
const running = () => makeExam(db.owner, college, { status: "LIVE", start: new Date(Date.now() - 60_000), students: 2 });

describe("the cluster", () => {
  it("is read from whichever node answers, with who may take over and why not", async () => {
    expect(await failoverState({ ctx: auditor, input: {} })).toMatchObject({
      error: null,
      leader: { name: "pg1", barred: "it is the leader" },
      members: [
        { name: "pg1" },
        { name: "pg2", barred: null, behind: 0 },
        { name: "pg3", barred: "it is tagged nofailover" },
        { name: "pg4", barred: "how far it is behind is not known" },
      ],
      history: [{ timeline: 4, leader: "pg1" }],
    });
  });
});

describe("a switchover", () => {
  it("runs at once where no exam does, and leaves its intent, its outcome and a line in the ledger", async () => {
    const before = (await entries()).length;
    expect(await askForSwitchover({ ctx: sre, input })).toMatch(
      /^pg2 leads\. Patroni took .*\. The console wrote again .* later\.$/,
    );
    expect(await ledger()).toEqual([{ state: "DONE", outcome: expect.stringMatching(/^pg2 leads/) }]);
    expect((await entries()).slice(before)).toEqual(["switchover.ask", "switchover.done"]);
  });

  it("waits for a second person while an exam runs; who asked can't be that person", async () => {
    await running();
    expect(await askForSwitchover({ ctx: sre, input })).toMatch(/^1 exam would be touched, .* has to agree within 15 minutes/);
    expect(asked).toEqual([]);
    const [waiting] = await switchovers({ ctx: boss, input: {} });
    const it = { id: waiting!.id };
    await expect(agreeToSwitchover({ ctx: sre, input: it })).rejects.toThrow("someone else has to agree");
    await expect(agreeToSwitchover({ ctx: auditor, input: it })).rejects.toThrow("Your role does not allow this");
    await expect(askForSwitchover({ ctx: boss, input })).rejects.toThrow("already asked for");
    expect(await agreeToSwitchover({ ctx: boss, input: it })).toMatch(/^pg2 leads/);
    expect(await ledger()).toEqual([{ state: "DONE", outcome: expect.stringMatching(/^pg2 leads/) }]);
  });

  it("waits as well within a quarter of an hour before an exam", async () => {
    await makeExam(db.owner, college, { status: "SCHEDULED", start: new Date(Date.now() + 10 * 60_000), students: 0 });
    await askForSwitchover({ ctx: sre, input });
    expect(await ledger()).toEqual([{ state: "WAITING", outcome: null }]);
  });

  it("runs once, however many agree or ask at the same time", async () => {
    await running();
    const first = await Promise.allSettled([askForSwitchover({ ctx: sre, input }), askForSwitchover({ ctx: sre, input })]);
    expect(first.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    const [waiting] = await switchovers({ ctx: boss, input: {} });
    const other = ctxFor(await makeStaff(db.owner, "SRE"), everywhere);
    const both = await Promise.allSettled([boss, other].map((ctx) => agreeToSwitchover({ ctx, input: { id: waiting!.id } })));
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(asked).toEqual([{ leader: "pg1", candidate: "pg2" }]);
  });

  it("can be withdrawn, and is over when nobody agreed in time", async () => {
    await running();
    await askForSwitchover({ ctx: sre, input });
    const [waiting] = await switchovers({ ctx: sre, input: {} });
    await withdrawSwitchover({ ctx: boss, input: { id: waiting!.id } });
    await expect(agreeToSwitchover({ ctx: boss, input: { id: waiting!.id } })).rejects.toThrow("does not wait any more");
    await askForSwitchover({ ctx: sre, input });
    await db.owner.query("update console.switchover set expires_at = now() - interval '1 second' where state = 'WAITING'");
    const [late] = await switchovers({ ctx: sre, input: {} });
    expect(late!.state).toBe("EXPIRED");
    await expect(agreeToSwitchover({ ctx: boss, input: { id: late!.id } })).rejects.toThrow("Nobody agreed in time");
    await askForSwitchover({ ctx: sre, input });
    expect((await ledger()).map(({ state }) => state)).toEqual(["WAITING", "EXPIRED", "WITHDRAWN"]);
    expect(asked).toEqual([]);
  });

  it.each([
    ["pg3", "it is tagged nofailover"],
    ["pg4", "how far it is behind is not known"],
    ["pg1", "it is the leader"],
    ["pg9", "no member pg9"],
  ])("to %s is refused before anything is written: %s", async (candidate, says) => {
    await expect(askForSwitchover({ ctx: sre, input: { ...input, candidate } })).rejects.toThrow(says);
    expect([await ledger(), asked]).toEqual([[], []]);
  });

  it("from one that does not lead any more is refused", async () => {
    leader = "pg2";
    await expect(askForSwitchover({ ctx: sre, input })).rejects.toThrow("pg1 does not lead any more: pg2 does");
  });

  it("that Patroni refuses stands in the ledger and the log as failed", async () => {
    answers = (_body, response) => response.writeHead(412).end("no good candidates have been found");
    await expect(askForSwitchover({ ctx: sre, input })).rejects.toThrow("Patroni refused: no good candidates have been found");
    expect(await ledger()).toEqual([{ state: "FAILED", outcome: expect.stringContaining("no good candidates") }]);
    expect((await entries()).at(-1)).toBe("switchover.failed");
  });

  it("whose answer is lost is judged by who leads", async () => {
    answers = (body, response) => {
      leader = body.candidate;
      response.destroy();
    };
    expect(await askForSwitchover({ ctx: sre, input })).toMatch(/^pg2 leads/);
    await db.owner.query("delete from console.switchover");
    answers = (_body, response) => void response.destroy();
    await expect(askForSwitchover({ ctx: sre, input: { ...input, leader: "pg2", candidate: "pg1" } })).rejects.toThrow(
      "Patroni gave no answer",
    );
    expect((await ledger())[0]!.state).toBe("NOT_KNOWN");
  });

  it("needs the right role and a proof of who it is", async () => {
    await expect(askForSwitchover({ ctx: auditor, input })).rejects.toThrow("Your role does not allow this");
    const stale = { ...sre, session: { ...sre.session!, stepUpAt: null } };
    await expect(askForSwitchover({ ctx: stale, input })).rejects.toThrow("Confirm that it is you");
    await expect(askForSwitchover({ ctx: sre, input: { ...input, reason: " " } })).rejects.toThrow("Enter a reason");
  });
});
