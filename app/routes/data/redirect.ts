import { redirect, type LoaderFunctionArgs } from "@remix-run/node";
import { REDIRECTS } from "../areas.ts";

export const loader = ({ request }: LoaderFunctionArgs) =>
  redirect(REDIRECTS[new URL(request.url).pathname.replace(/\.data$/, "")] ?? "/");
