import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { attemptApi, Refused, type Beat, type ClientMessage, type Paper, type Standing } from "./api.ts";
import type { Given } from "./given.ts";
import { AnswerQueue, type Pending } from "./queue.ts";
import { readEvents } from "./read-events.ts";

const HEARTBEAT_MS = 15_000;
const RETRY_MS = 2000;
/** Between two keys nothing is sent. */
const TYPING_MS = 700;

/** By the server's clock: from its last answer on, this page counts by itself, whatever the device's clock says. */
function useServerTime() {
  const base = useRef<{ server: number; here: number } | null>(null);
  const set = useCallback((serverTime: string) => {
    base.current = { server: new Date(serverTime).getTime(), here: performance.now() };
  }, []);
  const now = useCallback(() => (base.current ? base.current.server + performance.now() - base.current.here : Date.now()), []);
  return useMemo(() => ({ set, now }), [set, now]);
}

/**
 * One person sitting one exam: the paper, the answers and what is still to be saved, the clock, messages and hands. Everything
 * that is typed is kept in the browser until the server has it.
 */
export function useSitting(attemptId: string, token: string) {
  const api = useMemo(() => attemptApi(attemptId, token), [attemptId, token]);
  const queue = useRef<AnswerQueue | null>(null);
  const time = useServerTime();
  const [paper, setPaper] = useState<Paper | null>(null);
  const [standing, setStanding] = useState<Standing | null>(null);
  const [answers, setAnswers] = useState<ReadonlyMap<string, Given>>(new Map());
  const [messages, setMessages] = useState<readonly ClientMessage[]>([]);
  const [hands, setHands] = useState<Beat["hands"]>([]);
  const [online, setOnline] = useState(true);
  const [unsaved, setUnsaved] = useState(0);
  const [problem, setProblem] = useState<string | null>(null);
  const [fatal, setFatal] = useState<string | null>(null);
  const sending = useRef(false);
  /** What comes once more after a lost connection was read all the same. */
  const read = useRef(new Set<string>());
  const timer = useRef<ReturnType<typeof setTimeout>>();

  const stand = useCallback(
    (next: Standing) => {
      time.set(next.serverTime);
      setStanding(next);
    },
    [time],
  );

  const failed = useCallback((error: unknown) => {
    if (!(error instanceof Refused)) return setOnline(false);
    setOnline(true);
    if (error.status === 401 || error.status === 403 || error.status === 404) setFatal(error.message);
    else setProblem(error.message);
  }, []);

  /** Sends what waits; runs again until nothing does, or until the server can't take it now. */
  const flush = useCallback(
    async function send(): Promise<boolean> {
      const waiting = queue.current;
      clearTimeout(timer.current);
      if (!waiting || sending.current) return false;
      if (waiting.size === 0) return true;
      sending.current = true;
      const sent = waiting.all();
      try {
        const done = await api.answers(sent);
        setOnline(true);
        stand(done);
        const again = new Set(done.rejected.filter((one) => one.retry).map((one) => one.questionId));
        waiting.settle(sent.filter((pending) => !again.has(pending.questionId)));
        const lost = done.rejected.filter((one) => !one.retry);
        setProblem(lost.length > 0 ? `Not saved: ${lost[0]!.reason}` : null);
      } catch (error) {
        if (error instanceof Refused && error.code === "paused") setOnline(true);
        else if (error instanceof Refused && (error.code === "expired" || error.code === "ended")) {
          // Nothing can be saved any more: keeping it would promise that it may.
          waiting.settle(sent);
          setProblem(error.message);
        } else {
          failed(error);
          timer.current = setTimeout(() => void send(), RETRY_MS);
        }
      } finally {
        sending.current = false;
        setUnsaved(waiting.size);
      }
      if (waiting.size > 0 && waiting.all().some((pending) => !sent.includes(pending))) return send();
      return waiting.size === 0;
    },
    [api, failed, stand],
  );

  const answer = useCallback(
    (questionId: string, given: Given, typing = false) => {
      const at = new Date(time.now()).toISOString();
      setAnswers((was) => new Map(was).set(questionId, given));
      queue.current?.put({ ...given, questionId, at } satisfies Pending);
      setUnsaved(queue.current?.size ?? 0);
      clearTimeout(timer.current);
      if (typing) timer.current = setTimeout(() => void flush(), TYPING_MS);
      else void flush();
    },
    [flush, time],
  );

  const take = useCallback(
    (beat: Beat) => {
      stand(beat);
      setHands(beat.hands);
      setMessages((was) => {
        const known = new Set([...read.current, ...was.map((message) => message.id)]);
        return [...was, ...beat.messages.filter((message) => !known.has(message.id))];
      });
    },
    [stand],
  );

  const beat = useCallback(async () => {
    try {
      take(await api.heartbeat());
      setOnline(true);
      void flush();
    } catch (error) {
      failed(error);
    }
  }, [api, failed, flush, take]);

  useEffect(() => {
    queue.current = new AnswerQueue(window.localStorage, `invigil-sit-${attemptId}`);
    let gone = false;
    const load = async () => {
      try {
        const loaded = await api.paper();
        if (gone) return;
        stand(loaded);
        setPaper(loaded);
        const known = new Map<string, Given>(
          loaded.questions.flatMap((question) => (question.answer ? [[question.id, question.answer] as const] : [])),
        );
        // What the server does not have yet is newer than what it has.
        for (const pending of queue.current!.all()) known.set(pending.questionId, pending);
        setAnswers(known);
        setUnsaved(queue.current!.size);
        void flush();
      } catch (error) {
        if (gone) return;
        failed(error);
        if (!(error instanceof Refused)) setTimeout(() => void load(), RETRY_MS);
      }
    };
    void load();
    return () => void (gone = true);
  }, [api, attemptId, failed, flush, stand]);

  useEffect(() => {
    const every = setInterval(() => void beat(), HEARTBEAT_MS);
    const back = () => void beat();
    window.addEventListener("online", back);
    return () => {
      clearInterval(every);
      window.removeEventListener("online", back);
    };
  }, [beat]);

  useEffect(() => {
    const stop = new AbortController();
    let last: string | null = null;
    const follow = async () => {
      while (!stop.signal.aborted) {
        try {
          const headers = { ...api.headers, ...(last ? { "Last-Event-ID": last } : {}) };
          await readEvents(api.streamUrl, headers, stop.signal, (event) => {
            if (event.id) last = event.id;
            setOnline(true);
            if (event.name === "state") {
              take(event.data as Beat);
              void flush();
            } else if (event.name === "standing") {
              stand(event.data as Standing);
              void flush();
            } else if (event.name === "message") {
              const message = event.data as ClientMessage;
              setMessages((was) =>
                read.current.has(message.id) || was.some((one) => one.id === message.id) ? was : [...was, message],
              );
            } else if (event.name === "hand" && !(event.data as { open: boolean }).open) void beat();
          });
        } catch {
          // The heartbeat says whether the server is there; the stream only tries again.
        }
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    };
    void follow();
    return () => stop.abort();
  }, [api, beat, flush, stand, take]);

  const acknowledge = useCallback(
    async (messageId: string) => {
      read.current.add(messageId);
      setMessages((was) => was.filter((message) => message.id !== messageId));
      await api.seen(messageId).catch(failed);
    },
    [api, failed],
  );

  const hand = useCallback(
    async (body: Parameters<typeof api.hand>[0]) => {
      try {
        await api.hand(body);
        await beat();
      } catch (error) {
        failed(error);
        if (!(error instanceof Refused))
          setProblem("No one was notified: there is no connection. Try again, or raise your hand in the room");
      }
    },
    [api, beat, failed],
  );

  const submit = useCallback(async () => {
    if (!(await flush()))
      return setProblem("Not everything is saved yet. Submit again when it is; nothing of it is lost meanwhile");
    await api.submit().then(stand, failed);
  }, [api, failed, flush, stand]);

  return {
    paper,
    standing,
    answers,
    messages,
    hands,
    online,
    unsaved,
    problem,
    fatal,
    now: time.now,
    image: api.image,
    answer,
    acknowledge,
    hand,
    submit,
    flush,
  };
}
