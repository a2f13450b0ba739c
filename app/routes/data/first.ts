import { redirect, type LoaderFunctionArgs } from "@remix-run/node";

/** The names of areas, as people type them, lead to the list of theirs that is opened most. */
const FIRST: Record<string, string> = {
  "/academics": "/academics/classes",
  "/communication": "/communication/announcements",
  "/learning": "/learning/courses",
  "/payments": "/enrollments/payments",
};

export const loader = ({ request }: LoaderFunctionArgs) =>
  redirect(FIRST[new URL(request.url).pathname.replace(/\.data$/, "")] ?? "/");
