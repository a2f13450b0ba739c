import type { ReactNode } from "react";

export type Facts = readonly (readonly [label: string, value: ReactNode])[];

/** What is known of a thing, a label above each value. */
export const FactList = ({ facts }: { facts: Facts }) => (
  <dl className="grid grid-cols-2 gap-x-6 gap-y-2.5 lg:grid-cols-3">
    {facts.map(([label, value]) => (
      <div key={label} className="min-w-0">
        <dt className="text-[12px] text-muted">{label}</dt>
        <dd className="break-words">{value}</dd>
      </div>
    ))}
  </dl>
);
