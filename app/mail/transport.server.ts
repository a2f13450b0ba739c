import fs from "node:fs";
import path from "node:path";
import { Readable } from "node:stream";
import nodemailer from "nodemailer";
import SMTPConnection from "nodemailer/lib/smtp-connection";
import { env } from "~/platform/env.server.ts";

export type Message = { id: string; to: string; subject: string; text: string; unsubscribe?: string };

const FROM = "Invigil <invigil@localhost>";

/** The message may have arrived: the other side had begun to take it when the line broke. */
export class Unsure extends Error {
  override name = "Unsure";
}

const oneLine = (text: string) => text.replaceAll(/[\r\n]+/g, " ");

const messageId = (id: string) => `<${id}@invigil>`;

const envelope = (message: Message) => ({
  from: env().MAIL_FROM ?? FROM,
  to: oneLine(message.to),
  subject: oneLine(message.subject),
  text: message.text,
  messageId: messageId(message.id),
  // Nobody's autoreply should come back to a machine.
  headers: {
    "Auto-Submitted": "auto-generated",
    // The mail program's own button (RFC 8058).
    ...(message.unsubscribe && {
      "List-Unsubscribe": { prepared: true, foldLines: false, value: `<${oneLine(message.unsubscribe)}>` },
      "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }),
  },
});

type Composed = { envelope: { from: string | false; to: string[] }; raw: Buffer };

/** The message as it goes over the wire, headers and all. */
function compose(message: Message): Promise<Composed> {
  return new Promise((resolve, reject) => {
    nodemailer
      .createTransport({ streamTransport: true, buffer: true, newline: "windows" })
      .sendMail(envelope(message), (error, info) =>
        error ? reject(error) : resolve({ envelope: info.envelope, raw: info.message as Buffer }),
      );
  });
}

/** Where there is no mail server, each message is a file, for a mail program of somebody's to send. */
function intoOutbox({ raw }: Composed, id: string): void {
  const dir = path.join(env().dataDir, "outbox");
  fs.mkdirSync(dir, { recursive: true });
  const file = path.join(dir, `${id}.eml`);
  fs.writeFileSync(`${file}.part`, raw, { mode: 0o600 });
  fs.renameSync(`${file}.part`, file);
}

function connectionTo(url: URL): SMTPConnection {
  const secure = url.protocol === "smtps:";
  return new SMTPConnection({
    host: url.hostname,
    port: Number(url.port || (secure ? 465 : 587)),
    secure,
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 20_000,
  });
}

/**
 * By hand over the library's connection, because only so is it known how far it came: a server that answers has taken or
 * refused the message, one that is lost while the text is under way may have taken it.
 */
function overSmtp(url: URL, { envelope: to, raw }: Composed): Promise<void> {
  return new Promise((resolve, reject) => {
    const connection = connectionTo(url);
    let started = false;
    const text = Readable.from(
      (function* () {
        started = true;
        yield raw;
      })(),
    );
    const fail = (error: Error & { responseCode?: number }) => {
      connection.close();
      reject(started && error.responseCode === undefined ? new Unsure(error.message) : error);
    };
    const send = () =>
      connection.send(to, text, (error) => {
        if (error) return fail(error);
        connection.quit();
        resolve();
      });
    connection.once("error", fail);
    connection.connect((error) => {
      if (error) return fail(error);
      if (!url.username) return send();
      const credentials = { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) };
      connection.login({ credentials }, (refused) => (refused ? fail(refused) : send()));
    });
  });
}

/** Hands one message over. Throws Unsure where nobody can know whether it was taken. */
export async function handOver(message: Message): Promise<void> {
  const composed = await compose(message);
  const url = env().SMTP_URL;
  if (url) await overSmtp(new URL(url), composed);
  else intoOutbox(composed, message.id);
}
