import { RemixBrowser } from "@remix-run/react";
import { startTransition } from "react";
import { hydrateRoot } from "react-dom/client";
import { keepAsking } from "~/ui/connection.ts";

keepAsking();

startTransition(() => {
  hydrateRoot(document, <RemixBrowser />);
});
