import { randomUUID } from "node:crypto";
import type pg from "pg";
import { systemCtx } from "../../app/access/ctx.server.ts";
import { countAllCourses } from "../../app/domains/learning/analytics/count-courses.server.ts";
import { ingestLearning } from "../../app/domains/learning/events/ingest.server.ts";
import { makeCourse, makeLearners } from "../fixtures/course.ts";
import { benchCluster } from "./cluster.ts";
import type { Row } from "./similarity.ts";

const EVENTS = 10_000;
const PER_REQUEST = 5000;
const LEARNERS = 500;
const PROGRESS = Number(process.env["INVIGIL_BENCH_PROGRESS"] ?? 1_000_000);
const COURSES = 20;

const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const started = performance.now();
  await work();
  return performance.now() - started;
};

/** The guide's own batch, without events, sessions, courses, certificates or row security: what the ingest is compared with. */
const plain = (owner: pg.Client, college: string, users: string[], stories: string[]) =>
  owner.query(
    `insert into public.story_progress (id, college_id, user_id, story_id, completion_percentage, time_spent, updated_at)
     select public.invigil_uuid7(), $1, u, s, 50, 30, now()
     from unnest($2::uuid[], $3::uuid[]) v (u, s)
     on conflict (college_id, user_id, story_id) do update set
       completion_percentage = greatest(story_progress.completion_percentage, excluded.completion_percentage),
       time_spent = story_progress.time_spent + excluded.time_spent,
       updated_at = excluded.updated_at`,
    [college, users, stories],
  );

async function batches(owner: pg.Client, college: string): Promise<Row[]> {
  const course = await makeCourse(owner, college, { modules: 4, lessons: 5 });
  const learners = await makeLearners(owner, college, LEARNERS);
  const stories = course.lessons.map(() => randomUUID());
  await owner.query("insert into public.story (id, college_id, title) select id, $2, 'S' from unnest($1::uuid[]) id", [
    stories,
    college,
  ]);
  const pairs = Array.from({ length: EVENTS }, (_, n) => [learners[n % LEARNERS]!, Math.floor(n / LEARNERS)] as const);
  const events = pairs.map(([userId, lesson]) => ({
    id: randomUUID(),
    type: "LESSON_COMPLETED",
    userId,
    lessonId: course.lessons[lesson],
    at: new Date().toISOString(),
    seconds: 30,
  }));
  const ctx = systemCtx("bench", { kind: "tenants", ids: [college] });
  const send = async () => {
    for (let from = 0; from < EVENTS; from += PER_REQUEST)
      await ingestLearning(ctx, college, {
        text: JSON.stringify({ events: events.slice(from, from + PER_REQUEST) }),
        contentType: "application/json",
      });
  };
  const ours = await timed(send);
  const again = await timed(send);
  const users = pairs.map(([userId]) => userId);
  const theirs = await timed(() =>
    plain(
      owner,
      college,
      users,
      pairs.map(([, lesson]) => stories[lesson]!),
    ),
  );
  return [
    { metric: `${EVENTS} learning events, with courses and certificates`, value: ours, unit: "ms" },
    { metric: "the same events again: all duplicates", value: again, unit: "ms" },
    { metric: "plain UNNEST of as many rows into one table", value: theirs, unit: "ms" },
    { metric: "ours to plain UNNEST", value: ours / theirs, unit: "×" },
  ];
}

async function analytics(owner: pg.Client, college: string): Promise<Row[]> {
  const courses: string[] = [];
  for (let n = 0; n < COURSES; n++) courses.push((await makeCourse(owner, college, { modules: 1, lessons: 10 })).id);
  const people = Math.ceil(PROGRESS / COURSES);
  await owner.query(
    `insert into public."user" (id, college_id, name, email)
     select public.invigil_uuid7(), $1, 'L', 'many' || n || '@bench.example' from generate_series(1, $2::int) n`,
    [college, people],
  );
  await owner.query(
    `insert into public.course_progress (id, college_id, user_id, course_id, total_lessons, progress_percent, last_accessed_at, completed_at)
     select public.invigil_uuid7(), $1, u.id, c, 10, (n * 7) % 101, now() - (n % 60) * interval '1 day',
       case when (n * 7) % 101 = 100 then now() end
     from unnest($2::uuid[]) c
     cross join (select id, row_number() over () as n from public."user" where college_id = $1 and email like 'many%') u`,
    [college, courses],
  );
  await owner.query("vacuum analyze public.course_progress");
  const count = await timed(() => countAllCourses());
  const bare = await timed(() =>
    owner.query(
      "select course_id, count(*), avg(progress_percent) from public.course_progress where college_id = $1 group by 1",
      [college],
    ),
  );
  return [
    { metric: `sums over ${COURSES} courses with ${PROGRESS} progress rows`, value: count, unit: "ms" },
    { metric: "one plain group by over the same rows", value: bare, unit: "ms" },
    { metric: "ours to the plain group by", value: count / bare, unit: "×" },
  ];
}

export const bench = {
  name: "learning",
  run: (): Promise<Row[]> =>
    benchCluster({}, async (cluster) => {
      const database = await cluster.database("bench");
      await database.use();
      const college = async () => {
        const id = randomUUID();
        await database.owner.query("insert into public.college (id, name, username, code) values ($1, 'Bench', $2, $3)", [
          id,
          `bench-${id}`,
          `B${id.slice(0, 6)}`,
        ]);
        return id;
      };
      return [...(await batches(database.owner, await college())), ...(await analytics(database.owner, await college()))];
    }),
};
