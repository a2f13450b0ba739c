import { Outlet } from "@remix-run/react";
import { PublicPage } from "~/ui/layout/public-page.tsx";

export default function AuthLayout() {
  return (
    <PublicPage narrow>
      <Outlet />
    </PublicPage>
  );
}
