import type pg from "pg";
import { z } from "zod";
import { systemCtx } from "~/access/ctx.server.ts";
import { createPool, type Pool } from "~/db/pool.server.ts";
import { rows } from "~/db/query.ts";
import { withScope } from "~/db/scope.server.ts";
import { sql } from "~/db/sql.ts";
import { connection } from "~/db/urls.server.ts";

export type Tenant = { id: string; code: string };
export type Seat = { attemptId: string; collegeId: string; code: string; examId: string; userId: string };
export type LiveExam = { id: string; collegeId: string; code: string };

/** Which colleges it serves is what an application is told; its own role sees no college that it does not name. */
const served = () =>
  withScope(systemCtx("simulated exam day"), ({ tx }) =>
    rows(
      tx,
      sql`select id, code
          from public.college
          where deleted_at is null and subscription_status <> 'EXPIRED'
          order by code`,
      z.object({ id: z.string(), code: z.string() }),
    ),
  );

/** Who sits where, read anew every half minute, as the exam applications' role. */
export class Stage {
  readonly pool: Pool = createPool("simulator", {
    ...connection("platform_app"),
    applicationName: "exam-app",
    max: 9,
    connectTimeoutMs: 3000,
    statementTimeoutMs: 30_000,
    maxLifetimeMs: 0,
  });
  tenants: Tenant[] = [];
  exams: LiveExam[] = [];
  seats: Seat[] = [];

  async refresh(): Promise<void> {
    this.tenants = await served();
    await this.run(null, async (client) => {
      this.exams = (
        await client.query<LiveExam>(
          `select e.id, e.college_id as "collegeId", c.code
           from public.exam e join public.college c on c.id = e.college_id where e.status = 'LIVE' and e.deleted_at is null and e.end_time > now()`,
        )
      ).rows;
      this.seats = (
        await client.query<Seat>(
          `select a.id as "attemptId", a.college_id as "collegeId", c.code, a.exam_id as "examId", a.user_id as "userId"
           from public.student_exam_attempt a join public.exam e on e.id = a.exam_id and e.college_id = a.college_id join public.college c on c.id = a.college_id
           where e.status = 'LIVE' and a.state = 'IN_PROGRESS' limit 2000`,
        )
      ).rows;
    });
  }

  /** One transaction as the exam application makes it: scoped to a tenant and tagged with its code. Null is work for all of them. */
  async run<T>(tenant: { collegeId: string; code: string } | null, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    try {
      await client.query(
        tenant
          ? `begin; set local app.college_ids = '{${tenant.collegeId}}'; set local application_name = 'exam-app tenant=${tenant.code.replaceAll(/[^A-Za-z0-9_.-]/g, "")}'`
          : `begin; set local app.college_ids = '{${this.tenants.map(({ id }) => id).join(",")}}'; set local application_name = 'exam-app'`,
      );
      const result = await work(client);
      await client.query("commit");
      return result;
    } catch (error) {
      await client.query("rollback").catch(() => undefined);
      throw error;
    } finally {
      client.release();
    }
  }

  close(): Promise<void> {
    return this.pool.end();
  }
}

export const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(Math.random() * list.length)];
export const between = (low: number, high: number) => low + Math.random() * (high - low);
export const sleep = (ms: number, signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", done);
      resolve();
    }, ms);
    signal.addEventListener("abort", done, { once: true });
  });
