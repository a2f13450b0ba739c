import { z } from "zod";
import { reach, may } from "~/access/policy.ts";
import { read } from "~/access/verb.server.ts";
import { rows } from "~/db/query.ts";
import { sql } from "~/db/sql.ts";

export type Found = { to: string; label: string; kind: string; note: string };

const hit = z.object({ id: z.string(), label: z.string(), note: z.string() });

const escaped = (text: string) => text.replaceAll(/[\\%_]/g, "\\$&");
/** Of so many that match, those that begin with what was typed come first: all of them might be millions. */
const LOOKED_AT = 200;

/** One search for a person by e-mail, roll number or name, a tenant, an exam, a payment by transaction id. */
export const find = read({
  name: "search.find",
  permission: "self",
  input: z.object({ q: z.string().trim().max(200), limit: z.number().int().max(50).default(5) }),
  async run({ ctx, input }): Promise<Found[]> {
    if (input.q.length < 2) return [];
    const { role } = ctx.actor;
    const pattern = `%${escaped(input.q)}%`;
    const begins = `${escaped(input.q)}%`;
    const found: Found[] = [];
    const add = (kind: string, path: (id: string) => string, hits: z.infer<typeof hit>[]) =>
      found.push(...hits.map((hit) => ({ to: path(hit.id), label: hit.label, kind, note: hit.note })));
    if (may(role, "tenants.read")) {
      add(
        "Tenant",
        (id) => `/tenants/${id}`,
        await rows(
          ctx.tx,
          sql`select id, name as label, code as note
              from public.college
              where deleted_at is null and (name ilike ${pattern} or code ilike ${pattern})
              order by name ilike ${begins} or code ilike ${begins} desc, name
              limit ${input.limit}`,
          hit,
        ),
      );
    }
    if (may(role, "platform.read")) {
      add(
        "Person",
        (id) => `/people/${id}`,
        await rows(
          ctx.tx,
          sql`select id, name as label, coalesce(roll_no || ' · ', '') || email as note
              from (select * from public.search_person where haystack ilike ${pattern} limit ${LOOKED_AT}) p
              order by name ilike ${begins} or email ilike ${begins} or coalesce(roll_no, '') ilike ${begins} desc, name
              limit ${input.limit}`,
          hit,
        ),
      );
      add(
        "Payment",
        (id) => `/data/payment/${id}`,
        await rows(
          ctx.tx,
          sql`select id, coalesce(transaction_id, '') as label, status as note
              from public.payment
              where transaction_id = ${input.q}
              limit ${input.limit}`,
          hit,
        ),
      );
    }
    if (reach(role, "exams.read")) {
      add(
        "Exam",
        (id) => `/exams/${id}`,
        await rows(
          ctx.tx,
          sql`select id, title as label, status as note
              from (
                select *
                from public.search_exam
                where haystack ilike ${pattern}
                order by start_time desc
                limit ${LOOKED_AT}
              ) e
              order by title ilike ${begins} desc, start_time desc
              limit ${input.limit}`,
          hit,
        ),
      );
    }
    return found;
  },
});
