import http from "node:http";
import https from "node:https";
import net from "node:net";
import { safeAddress } from "./safe-url.server.ts";

const TIMEOUT_MS = 5000;

/** Posts JSON to an address that a person typed. No redirect is followed, no answer is read beyond its status, and the connection
 * goes where the check looked. */
export async function safePost(
  target: string,
  body: string,
  headers: Readonly<Record<string, string>>,
  find = safeAddress,
): Promise<number> {
  const { url, address } = await find(target);
  return new Promise<number>((resolve, reject) => {
    const request = (url.protocol === "https:" ? https : http).request(
      url,
      {
        method: "POST",
        headers: {
          "Content-Type": "application/json",
          "Content-Length": Buffer.byteLength(body),
          "User-Agent": "invigil",
          ...headers,
        },
        lookup: (_host, options, callback) => {
          const family = net.isIP(address);
          if ((options as { all?: boolean }).all)
            (callback as unknown as (e: null, list: { address: string; family: number }[]) => void)(null, [{ address, family }]);
          else callback(null, address, family);
        },
        timeout: TIMEOUT_MS,
      },
      (response) => {
        response.destroy();
        resolve(response.statusCode ?? 0);
      },
    );
    request.on("timeout", () => request.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)));
    request.on("error", reject);
    request.end(body);
  });
}
