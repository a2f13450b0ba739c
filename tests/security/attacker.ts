import http from "node:http";
import { inject } from "vitest";

/** In place of a status: the connection was ended before there was one. */
export const CUT = 0;

export type Answer = { status: number; headers: http.IncomingHttpHeaders; body: string; ms: number };
type Sent = {
  method?: string;
  headers?: Record<string, string>;
  body?: string | Buffer | AsyncIterable<Buffer>;
  base?: string;
  /** Only what comes before the body: an export goes on for minutes. */
  headOnly?: boolean;
};

/** One request, exactly as written: no client library tidies up the path, the Host header or the body. */
export function send(
  path: string,
  { method = "GET", headers = {}, body, base = inject("demo").base, headOnly }: Sent = {},
): Promise<Answer> {
  const started = performance.now();
  const { hostname, port } = new URL(base);
  return new Promise((resolve, reject) => {
    const request = http.request({ hostname, port, path, method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      if (headOnly) {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: "", ms: performance.now() - started });
        return void response.destroy();
      }
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
          ms: performance.now() - started,
        }),
      );
    });
    let answered = false;
    request.on("response", () => (answered = true));
    request.on("error", (error: NodeJS.ErrnoException) => {
      // Whoever is cut while they send may lose the answer with the connection.
      if (!answered && ["EPIPE", "ECONNRESET"].includes(error.code ?? ""))
        resolve({ status: CUT, headers: {}, body: "", ms: performance.now() - started });
      else if (!answered) reject(error);
    });
    void pour(request, body);
  });
}

/** A body as large as asked, never more of it in our own memory than a moment's worth. */
async function pour(request: http.ClientRequest, body: Sent["body"]): Promise<void> {
  if (body === undefined || typeof body === "string" || Buffer.isBuffer(body)) return void request.end(body);
  let over = false;
  request
    .on("close", () => (over = true))
    .on("response", () => (over = true))
    .on("error", () => (over = true));
  for await (const part of body) {
    if (over) break;
    if (!request.write(part)) await new Promise((resolve) => request.once("drain", resolve).once("close", resolve));
  }
  if (!request.destroyed) request.end();
}

export async function* megabytes(count: number): AsyncIterable<Buffer> {
  const part = Buffer.alloc(1024 * 1024, "a");
  for (let n = 0; n < count; n++) yield part;
}

const FORM = "application/x-www-form-urlencoded";

/** A browser of an attacker: keeps its cookies, and sends forms as a page of the console would. */
export class Client {
  readonly cookies = new Map<string, string>();

  async ask(path: string, sent: Sent = {}): Promise<Answer> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await send(path, { ...sent, headers: { ...(cookie ? { cookie } : {}), ...sent.headers } });
    for (const line of answer.headers["set-cookie"] ?? []) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === "") this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return answer;
  }

  form(path: string, fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Answer> {
    const body = new URLSearchParams(fields).toString();
    return this.ask(path, {
      method: "POST",
      body,
      headers: { "content-type": FORM, "content-length": String(Buffer.byteLength(body)), ...headers },
    });
  }

  logIn(email: string, password: string, path = "/login"): Promise<Answer> {
    return this.form(path, { email, password });
  }
}
