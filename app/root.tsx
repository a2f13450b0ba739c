import type { LinksFunction, LoaderFunctionArgs, MetaFunction } from "@remix-run/node";
import { Links, Meta, Outlet, Scripts, ScrollRestoration, useRouteError, useRouteLoaderData } from "@remix-run/react";
import type { ReactNode } from "react";
import { Toaster } from "sonner";
import { readCookie, THEME, zoneOf } from "~/access/cookies.server.ts";
import { depth } from "~/platform/depth.ts";
import { ErrorPage } from "~/ui/layout/error-page.tsx";
import { useNonce } from "~/ui/layout/nonce.tsx";
import styles from "~/ui/styles.css?url";

export const links: LinksFunction = () => [
  { rel: "stylesheet", href: styles },
  { rel: "icon", href: "/favicon.svg", type: "image/svg+xml" },
];

export const meta: MetaFunction = () => [{ title: "Invigil" }];

export function loader({ request }: LoaderFunctionArgs) {
  const theme = readCookie(request, THEME);
  return {
    theme: (theme === "dark" || theme === "light" ? theme : "system") as "dark" | "light" | "system",
    zone: zoneOf(request),
  };
}

// Before the first paint: a page must not flash in the other theme.
const FOLLOW_SYSTEM = `if(!document.documentElement.dataset.theme&&matchMedia("(prefers-color-scheme: dark)").matches)document.documentElement.dataset.theme="dark"`;

export function Layout({ children }: { children: ReactNode }) {
  const data = useRouteLoaderData<typeof loader>("root");
  const nonce = useNonce();
  const theme = data?.theme === "system" ? undefined : data?.theme;
  return (
    <html lang="en" data-theme={theme} data-depth={depth()} suppressHydrationWarning>
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <Meta />
        <Links />
        <script nonce={nonce} suppressHydrationWarning dangerouslySetInnerHTML={{ __html: FOLLOW_SYSTEM }} />
      </head>
      <body>
        {children}
        <Toaster position="bottom-right" theme={theme ?? "system"} toastOptions={{ style: { fontFamily: "inherit" } }} />
        <ScrollRestoration nonce={nonce} />
        <Scripts nonce={nonce} />
      </body>
    </html>
  );
}

export default function App() {
  return <Outlet />;
}

export function ErrorBoundary() {
  return <ErrorPage error={useRouteError()} bare />;
}
