import { CronExpressionParser } from "cron-parser";
import { log } from "~/platform/log.server.ts";
import { messageOf } from "~/platform/errors.ts";

export type Schedule = {
  name: string;
  /** Milliseconds between runs, or a cron expression (UTC). */
  every: number | string;
  /** Runs in every collector, not only in the one that holds the lease. */
  always?: boolean;
  run(): Promise<void>;
};

export type ScheduleState = {
  name: string;
  lastRun: Date | null;
  lastMs: number | null;
  lastError: string | null;
  runs: number;
  failures: number;
};

function nextDelay(every: number | string): number {
  if (typeof every === "number") return every;
  return Math.max(1000, CronExpressionParser.parse(every, { tz: "UTC" }).next().getTime() - Date.now());
}

const LONGEST_PAUSE = 20_000;

/** Later and later after failures, but never by much: what the exams' clock could not do in an incident is due when it ends. */
export const backedOff = (every: number, failures: number): number =>
  Math.max(every, Math.min(every * 2 ** failures, LONGEST_PAUSE));

/** Each schedule on its own: never two runs of one at once, and one that fails backs off alone. */
export function startSchedules(schedules: Schedule[], active: () => boolean): { states: ScheduleState[]; stop(): Promise<void> } {
  let stopped = false;
  const running = new Set<Promise<void>>();
  const timers = new Set<NodeJS.Timeout>();
  const states = schedules.map((schedule) => {
    const state: ScheduleState = { name: schedule.name, lastRun: null, lastMs: null, lastError: null, runs: 0, failures: 0 };
    let inARow = 0;
    const plan = () => {
      if (stopped) return;
      const delay = nextDelay(schedule.every);
      // setTimeout holds 32 bits: a monthly schedule wakes up to plan again.
      const timer = setTimeout(
        () => {
          timers.delete(timer);
          const work = delay > 2_000_000_000 ? Promise.resolve() : once();
          running.add(work);
          void work.finally(() => {
            running.delete(work);
            plan();
          });
        },
        typeof schedule.every === "number" ? backedOff(delay, inARow) : Math.min(delay, 2_000_000_000),
      );
      timers.add(timer);
    };
    const once = async () => {
      if (!schedule.always && !active()) return;
      const started = Date.now();
      try {
        await schedule.run();
        state.lastError = null;
        inARow = 0;
      } catch (error) {
        inARow++;
        state.failures++;
        state.lastError = messageOf(error);
        log.warn({ schedule: schedule.name, reason: messageOf(error), failures: inARow }, "a schedule failed");
      }
      state.runs++;
      state.lastRun = new Date();
      state.lastMs = Date.now() - started;
    };
    plan();
    return state;
  });
  return {
    states,
    async stop() {
      stopped = true;
      for (const timer of timers) clearTimeout(timer);
      await Promise.race([Promise.allSettled(running), new Promise((resolve) => setTimeout(resolve, 2000))]);
    },
  };
}
