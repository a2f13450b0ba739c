import { clients } from "~/db/clients.server.ts";
import { execute } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";
import { KEPT_DAYS } from "./rules.ts";

/** What a command does has no job that says that it ended. */
const ABANDONED_AFTER_HOURS = 6;

/** On a clock: the rows of old comparisons, which are personal data; and what a job left open that died for good. */
export async function forgetComparisons(): Promise<void> {
  const pool = clients().primary;
  await execute(
    pool,
    sql`update console.restore_comparison c
        set state = 'FAILED', error = 'The process ended', finished_at = now()
        where c.state in ('QUEUED', 'RUNNING')
          and (
            c.job_id is null and c.created_at < now() - ${ABANDONED_AFTER_HOURS} * interval '1 hour'
            or exists (
              select 1 from console.job j where j.id = c.job_id and j.state in ('DONE', 'FAILED', 'CANCELLED')
            )
          )`,
  );
  await execute(
    pool,
    sql`with ended as (
          update console.restore_run r
          set state = 'FAILED', error = 'The process ended', finished_at = now()
          where r.state in ('QUEUED', 'RUNNING')
            and (
              r.job_id is null and r.created_at < now() - ${ABANDONED_AFTER_HOURS} * interval '1 hour'
              or exists (
                select 1 from console.job j where j.id = r.job_id and j.state in ('DONE', 'FAILED', 'CANCELLED')
              )
            )
          returning r.id, r.kind, r.undoes
        )
        update console.restore_difference d
        set state = case when e.kind = 'UNDO' then 'PUT' else 'OPEN' end, run_id = e.undoes, unit = null
        from ended e
        where d.run_id = e.id and d.state = 'CHOSEN'`,
  );
  await execute(
    pool,
    sql`with old as (
          update console.restore_comparison c
          set state = 'EXPIRED'
          where c.state in ('READY', 'FAILED')
            and c.created_at < now() - ${KEPT_DAYS} * interval '1 day'
            and not exists (
              select 1 from console.restore_run r where r.comparison_id = c.id and r.state in ('QUEUED', 'RUNNING')
            )
          returning c.id
        )
        delete from console.restore_difference d
        using old
        where d.comparison_id = old.id`,
  );
}
