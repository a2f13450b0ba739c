import { Link, useLocation } from "@remix-run/react";

/** A choice that stands in the address, without losing what else stands there. */
export function Switch({
  name,
  value,
  options,
  label,
}: {
  name: string;
  value: string;
  options: readonly (readonly [value: string, label: string])[];
  label: string;
}) {
  const { pathname, search } = useLocation();
  return (
    <nav aria-label={label} className="flex flex-wrap gap-x-1 gap-y-0.5">
      {options.map(([key, text]) => {
        const params = new URLSearchParams(search);
        params.set(name, key);
        return (
          <Link
            key={key}
            to={`${pathname}?${params}`}
            preventScrollReset
            aria-current={key === value ? "true" : undefined}
            className={`rounded-badge px-1.5 py-0.5 whitespace-nowrap ${key === value ? "bg-accent-soft font-[560] text-accent" : "text-muted hover:text-ink"}`}
          >
            {text}
          </Link>
        );
      })}
    </nav>
  );
}

export function TargetSwitch({ target, targets }: { target: string; targets: readonly string[] }) {
  if (targets.length < 2) return null;
  return (
    <Switch
      name="target"
      label="Server"
      value={target}
      options={targets.map((name) => [name, name === "primary" ? "Primary" : name.replace("standby-", "Standby ")] as const)}
    />
  );
}
