import net from "node:net";

/** The eight groups of an IPv6 address, however it is abbreviated. */
function groupsOf(address: string): string[] {
  const [head = "", tail] = address.toLowerCase().split("%")[0]!.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail ? tail.split(":") : [];
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  return [...left, ...Array.from({ length: Math.max(0, zeros) }, () => "0"), ...right].map((group) =>
    group.replace(/^0+(?=.)/, ""),
  );
}

/** Whom an address stands for when guesses are counted: one IPv4 address, or the /64 that one IPv6 subscriber has. */
export function subscriberOf(address: string | undefined): string {
  if (!address) return "unknown";
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, "");
  return net.isIPv6(plain) ? `${groupsOf(plain).slice(0, 4).join(":")}::/64` : plain;
}
