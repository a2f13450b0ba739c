import { Outlet } from "@remix-run/react";
import { Mark } from "~/ui/layout/mark.tsx";

export default function AuthLayout() {
  return (
    <div className="flex min-h-screen flex-col items-center justify-center gap-6 px-4 py-10">
      <p className="flex items-center gap-2.5 text-[16px] font-[620] tracking-[-0.01em]">
        <Mark size={22} />
        Invigil
      </p>
      <main className="panel w-full max-w-[360px] p-5">
        <Outlet />
      </main>
    </div>
  );
}
