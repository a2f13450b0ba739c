import type { LoaderFunctionArgs } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { readAttemptToken } from "~/domains/exams/sitting/attempt-token.server.ts";
import { env } from "~/platform/env.server.ts";
import { Mark } from "~/ui/layout/mark.tsx";
import { Sitting } from "./sitting.tsx";

export const meta = () => [{ title: "Exam · Invigil" }, { name: "robots", content: "noindex" }];

/** The reference client: served where students are invented, and nowhere else. */
export function loader({ params }: LoaderFunctionArgs) {
  const token = params["token"] ?? "";
  if (!env().REFERENCE_CLIENT) throw new Response(JSON.stringify({ message: "Page here not found." }), { status: 404 });
  const found = readAttemptToken(token, new Date());
  return { attempt: found && { id: found.attemptId, token } };
}

export default function Sit() {
  const { attempt } = useLoaderData<typeof loader>();
  return (
    <div className="mx-auto flex min-h-screen w-full max-w-[760px] flex-col gap-4 px-4 py-4">
      <p className="flex items-center gap-2 text-[13px] font-[600]">
        <Mark size={18} />
        Invigil <span className="font-[420] text-muted">reference client</span>
      </p>
      {attempt ? (
        <Sitting attemptId={attempt.id} token={attempt.token} />
      ) : (
        <main className="panel p-5">
          <h1 className="text-[19px] font-[620]">This link has run out.</h1>
          <p className="mt-1 text-muted">Ask your proctor for a new one. What you have saved is still there.</p>
        </main>
      )}
    </div>
  );
}
