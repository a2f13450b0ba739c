import type { ReactNode } from "react";
import { Mark } from "./mark.tsx";

/** For whoever is not logged in: one panel in the middle, and whose it is. */
export const PublicPage = ({ narrow = false, children }: { narrow?: boolean; children: ReactNode }) => (
  <div className="flex min-h-screen flex-col items-center justify-center gap-6 px-4 py-10">
    <p className="flex items-center gap-2.5 text-[16px] font-[620] tracking-[-0.01em]">
      <Mark size={22} />
      Invigil
    </p>
    <main className={`panel w-full p-5 ${narrow ? "max-w-[360px]" : "max-w-[460px]"}`}>{children}</main>
  </div>
);
