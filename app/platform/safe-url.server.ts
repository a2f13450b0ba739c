import dns from "node:dns/promises";
import net from "node:net";
import { Invalid } from "~/platform/errors.ts";

const blocked = new net.BlockList();
for (const [range, bits] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
] as const)
  blocked.addSubnet(range, bits, "ipv4");
for (const [range, bits] of [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
] as const)
  blocked.addSubnet(range, bits, "ipv6");

/** All that IPv6 gives out to the internet; what is elsewhere stands for something nearer, in whatever notation. */
const global = new net.BlockList();
global.addSubnet("2000::", 3, "ipv6");

/** Whether an address is out on the internet: not this machine, not our networks, not a cloud's metadata. */
export function isPublic(address: string): boolean {
  // "::ffff:10.0.0.1" is 10.0.0.1, whichever way it is written.
  const mapped = /^::ffff:(?:(\d+\.\d+\.\d+\.\d+)|([0-9a-f]{1,4}):([0-9a-f]{1,4}))$/i.exec(address);
  if (mapped?.[1]) return isPublic(mapped[1]);
  if (mapped?.[2]) {
    const high = Number.parseInt(mapped[2], 16);
    const low = Number.parseInt(mapped[3]!, 16);
    return isPublic(`${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`);
  }
  const family = net.isIP(address);
  if (family === 0) return false;
  if (family === 4) return !blocked.check(address, "ipv4");
  return global.check(address, "ipv6") && !blocked.check(address, "ipv6");
}

export type Resolve = (host: string) => Promise<string[]>;

const resolveAll: Resolve = async (host) => (await dns.lookup(host, { all: true })).map((address) => address.address);

/**
 * The address to connect to, decided once: the request goes to what was checked, not to what the name says a moment
 * later. Every address of the name must be public, or none is used.
 */
export async function safeAddress(text: string, resolve: Resolve = resolveAll): Promise<{ url: URL; address: string }> {
  const url = checkedUrl(text);
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const found = net.isIP(host) ? [host] : await resolve(host).catch(() => []);
  if (found.length === 0) throw new Invalid(`The name ${host} can't be resolved`, { address: ["This name can't be resolved"] });
  if (!found.every(isPublic))
    throw new Invalid(`${host} is inside of a private network`, { address: ["It must be outside of this network"] });
  return { url, address: found[0]! };
}

export function checkedUrl(text: string): URL {
  const wrong = (says: string) => new Invalid(says, { address: [says] });
  if (!URL.canParse(text)) throw wrong("Not an address");
  const url = new URL(text);
  if (url.protocol !== "https:" && url.protocol !== "http:") throw wrong("It must begin with https://");
  if (url.username || url.password) throw wrong("It must not carry a user or password");
  if (!["", "80", "443", "8080", "8443"].includes(url.port)) throw wrong("Its port must be 80, 443, 8080 or 8443");
  return url;
}
