import type { Family } from "../family.ts";
import { CONSOLE } from "./console.ts";
import { PLATFORM } from "./platform.ts";
import { REPLICATION } from "./replication.ts";
import { SERVER } from "./server.ts";
import { SESSIONS, TABLES } from "./sessions.ts";
import { STATEMENTS } from "./statements.ts";

/** Every family that is made of samples; pg_settings_* has one more for each parameter of the server. */
export const FAMILIES: readonly Family[] = [
  ...SERVER,
  ...SESSIONS,
  ...TABLES,
  ...STATEMENTS,
  ...REPLICATION,
  ...PLATFORM,
  ...CONSOLE,
];

/** What the renderer says about itself. */
export const LEFT_OUT = "invigil_series_left_out";
export const SERIES = "invigil_series";
export const RENDERED_AT = "invigil_rendered_timestamp_seconds";
