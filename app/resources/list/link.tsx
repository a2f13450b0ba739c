import { useSearchParams } from "@remix-run/react";

/** An address that differs from this one in a few parameters. */
export function useLink() {
  const [params] = useSearchParams();
  return (changes: Record<string, string | null>) => {
    const next = new URLSearchParams(params);
    for (const [name, value] of Object.entries(changes)) {
      if (value === null) next.delete(name);
      else next.set(name, value);
    }
    return `?${next.toString()}`;
  };
}

export const Hidden = ({ params, without }: { params: URLSearchParams; without: string[] }) => (
  <>
    {[...params]
      .filter(([name]) => !without.includes(name))
      .map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
  </>
);

/** On a phone a menu of a list takes the width of the screen. */
export const LIST_MENU = "right-0 mt-1 max-h-[60vh] w-64 p-1.5 max-sm:fixed max-sm:inset-x-3 max-sm:w-auto";
