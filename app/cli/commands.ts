import { auditCommands } from "./audit.ts";
import { backupCommands } from "./backup.ts";
import { grafanaCommand } from "./grafana.ts";
import { migrateCommand, statusCommand } from "./db.ts";
import { distributeCommand } from "./distribute.ts";
import { doctorCommand } from "./doctor.ts";
import { prismaCommand } from "./prisma.ts";
import { seedCommand } from "./seed.ts";
import { staffCommands } from "./staff.ts";
import { startCommand } from "./start.ts";
import { restoreTenantCommand } from "./tenant-restore.ts";
import { tenantCommands } from "./tenant.ts";
import { benchCommand, testCommand, verifyCommand } from "./test.ts";

export type Run = { options: Record<string, string | boolean | undefined>; positionals: string[] };

export type Command = {
  name: string;
  says: string;
  usage?: string;
  options?: Record<string, { type: "string" | "boolean"; default?: string | boolean }>;
  /** How many words may follow, apart from options: none unless said. */
  takes?: number;
  /** Everything after the name belongs to another tool. */
  passesThrough?: boolean;
  run(work: Run): Promise<number | void>;
};

export const commands: Command[] = [
  startCommand,
  doctorCommand,
  migrateCommand,
  statusCommand,
  distributeCommand,
  seedCommand,
  ...staffCommands,
  ...auditCommands,
  ...backupCommands,
  ...tenantCommands,
  restoreTenantCommand,
  grafanaCommand,
  prismaCommand,
  testCommand,
  verifyCommand,
  benchCommand,
];
