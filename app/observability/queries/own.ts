const OWN =
  /\b(?:console|telemetry|audit|pgboss)\s*\.\s*"?\w|\bpg_(?:stat|catalog|locks|replication|class|index|settings|notify)\w*/i;

/** Whether a statement is the console's own work (its tables, the statistics it samples) and not the platform's. */
export const isOwnStatement = (text: string): boolean => OWN.test(text.replaceAll('"', ""));
