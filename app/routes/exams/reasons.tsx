import { Link } from "@remix-run/react";

export function Reasons({ labels, chosen, days }: { labels: Record<string, string>; chosen: string | null; days: number }) {
  return (
    <span className="flex flex-wrap gap-3">
      {chosen && (
        <Link to={days === 7 ? "?days=7" : "?"} className="link">
          all reasons
        </Link>
      )}
      {Object.keys(labels)
        .filter((reason) => reason !== chosen)
        .map((reason) => (
          <Link key={reason} to={`?${days === 7 ? "days=7&" : ""}reason=${reason}`} className="hover:text-ink max-md:hidden">
            {reason.toLowerCase().replaceAll("_", " ")}
          </Link>
        ))}
    </span>
  );
}
