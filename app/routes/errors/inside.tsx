import { Outlet, useLocation, useRouteError } from "@remix-run/react";
import { ErrorPage } from "~/ui/layout/error-page.tsx";

export default function Inside() {
  return <Outlet />;
}

/** A page that fails leaves the frame as it is: the rail, the search, the tenant. */
export function ErrorBoundary() {
  const error = useRouteError();
  const { pathname } = useLocation();
  return <ErrorPage key={pathname} error={error} />;
}
