import { observes } from "~/platform/depth.ts";

const OF_OUR_SCHEMAS = /\b(?:console|telemetry|audit|pgboss)\s*\.\s*"?\w/i;
const OF_THE_CATALOG = /\bpg_(?:stat|catalog|locks|replication|class|index|settings|notify)\w*/i;

/**
 * Whether a statement is the console's own work (its tables, the statistics it samples) and not the platform's. A watched
 * server holds none of our tables: a schema that is called `audit` there is its owner's.
 */
export function isOwnStatement(text: string): boolean {
  const plain = text.replaceAll('"', "");
  return OF_THE_CATALOG.test(plain) || (!observes() && OF_OUR_SCHEMAS.test(plain));
}
