import { z } from "zod";
import { needsMonitor, probe } from "../probe.ts";
import { maskedName, maskedStatement } from "../queries/mask.ts";

/**
 * Who waits for whom: every waiter, and every session that someone waits for. pg_blocking_pids locks the lock table for
 * a moment, so it is asked for waiters only; with none, this costs one look at the activity.
 */
export const locks = probe({
  name: "locks",
  lane: "fast",
  everyMs: 1000,
  timeoutMs: 900,
  missing: needsMonitor,
  sql: () => `
with waiting as materialized (
  select a.pid, pg_blocking_pids(a.pid) as blockers from pg_stat_activity a where a.wait_event_type = 'Lock'
), involved as (
  select pid, blockers from waiting
  union
  select distinct b, '{}'::int[] from waiting, unnest(blockers) as b where not exists (select 1 from waiting w where w.pid = b)
), asked as (
  select distinct on (l.pid) l.pid, l.mode, l.locktype, l.relation, l.waitstart, l.transactionid, l.virtualxid
  from pg_locks l where not l.granted and exists (select 1 from waiting) order by l.pid, l.waitstart
), tuple as (
  select distinct on (l.pid) l.pid, l.relation from pg_locks l
  where l.locktype = 'tuple' and exists (select 1 from waiting w where w.pid = l.pid) order by l.pid
)
select i.pid, a.backend_start, i.blockers, coalesce(a.usename, x.owner) as username, a.application_name as app, coalesce(a.datname, x.database) as database,
       a.state, a.backend_type, x.gids as prepared,
       a.wait_class, a.wait_event, left(a.query, 2000) as query, a.query_id::text as query_id, coalesce(a.xact_start, x.since) as xact_start, a.state_change,
       k.mode, k.locktype, n.nspname || '.' || c.relname as relation, k.waitstart as waiting_since,
       (extract(epoch from clock_timestamp() - coalesce(k.waitstart, a.query_start)) * 1000)::bigint as waiting_ms,
       (extract(epoch from clock_timestamp() - coalesce(a.xact_start, x.since)) * 1000)::bigint as transaction_ms,
       case when i.blockers = '{}' then (
         select array_agg(distinct h.mode || ' on ' || hn.nspname || '.' || hc.relname)
         from pg_locks h join pg_class hc on hc.oid = h.relation join pg_namespace hn on hn.oid = hc.relnamespace
         where h.pid = i.pid and h.granted and h.locktype = 'relation' and hc.relkind in ('r', 'p', 'm')
           and hn.nspname not in ('pg_catalog', 'information_schema') and h.database = (select oid from pg_database where datname = current_database())
           and (h.mode in ('AccessExclusiveLock', 'ExclusiveLock', 'ShareRowExclusiveLock', 'ShareLock', 'RowExclusiveLock', 'RowShareLock', 'ShareUpdateExclusiveLock'))
       ) end as holds
from involved i
left join lateral (select s.*, s.wait_event_type as wait_class from pg_stat_activity s where s.pid = i.pid) a on true
-- Number 0 is no session: a prepared transaction holds what is waited for.
left join lateral (
  select string_agg(distinct p.gid, ', ') as gids, min(p.prepared) as since, min(p.owner) as owner, min(p.database) as database
  from pg_prepared_xacts p
  -- Its locks have no process; the one on its own number tells which virtual transaction they are of.
  join pg_locks o on o.pid is null and o.locktype = 'transactionid' and o.transactionid = p.transaction
  join pg_locks h on h.pid is null and h.granted and h.virtualtransaction = o.virtualtransaction
  where i.pid = 0 and exists (
    select from asked w
    where (w.transactionid is not null and w.transactionid = h.transactionid) or (w.relation is not null and w.relation = h.relation)
  )
) x on true
left join asked k on k.pid = i.pid
left join tuple t on t.pid = i.pid
left join pg_class c on c.oid = coalesce(k.relation, t.relation)
left join pg_namespace n on n.oid = c.relnamespace`,
  row: z.object({
    pid: z.number(),
    backend_start: z.date().nullable(),
    blockers: z.array(z.number()),
    username: z.string().nullable(),
    app: maskedName,
    database: z.string().nullable(),
    state: z.string().nullable(),
    backend_type: z.string().nullable(),
    /** The names of the prepared transactions that stand behind number 0. */
    prepared: maskedName,
    wait_class: z.string().nullable(),
    wait_event: z.string().nullable(),
    query: maskedStatement,
    query_id: z.string().nullable(),
    xact_start: z.date().nullable(),
    state_change: z.date().nullable(),
    mode: z.string().nullable(),
    locktype: z.string().nullable(),
    relation: z.string().nullable(),
    waiting_since: z.date().nullable(),
    waiting_ms: z.number().nullable(),
    transaction_ms: z.number().nullable(),
    holds: z.array(z.string()).nullable(),
  }),
});
