import { Outlet } from "@remix-run/react";

export const handle = { crumbs: () => [{ label: "Settings", to: "/settings/security" }] };

export default function Settings() {
  return <Outlet />;
}
