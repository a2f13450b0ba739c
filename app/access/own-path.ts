const HERE = "http://own.invalid";

/** Where a link may lead after a login: a path of this console. What a browser would read as another origin leads home. */
export function ownPath(to: string | null | undefined): string {
  if (!to?.startsWith("/") || !URL.canParse(to, HERE)) return "/";
  const { origin, pathname, search, hash } = new URL(to, HERE);
  // "/.//evil.example" is on our origin until its path stands alone in a Location header.
  return origin === HERE && !pathname.startsWith("//") ? pathname + search + hash : "/";
}
