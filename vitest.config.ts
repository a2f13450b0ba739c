import path from "node:path";
import { defineConfig } from "vitest/config";

const alias = { "~": path.resolve(import.meta.dirname, "app") };
const common = { alias, environment: "node", pool: "forks" as const };

// unit needs nothing; integration a PostgreSQL of its own; e2e a running demo and a browser.
export default defineConfig({
  resolve: { alias },
  test: {
    maxWorkers: 2,
    projects: [
      {
        resolve: { alias },
        test: {
          ...common,
          name: "unit",
          include: ["app/**/*.test.ts", "grafana/**/*.test.ts", "prisma/**/*.test.ts", "tests/house/**/*.test.ts"],
          exclude: ["**/*.db.test.ts"],
          testTimeout: 60_000,
        },
      },
      {
        resolve: { alias },
        test: {
          ...common,
          name: "integration",
          include: ["app/**/*.db.test.ts", "prisma/**/*.db.test.ts"],
          globalSetup: "tests/setup/cluster.ts",
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        resolve: { alias },
        test: {
          ...common,
          name: "e2e",
          include: ["tests/e2e/**/*.test.ts", "tests/security/**/*.test.ts"],
          globalSetup: "tests/setup/demo.ts",
          testTimeout: 300_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        resolve: { alias },
        test: {
          ...common,
          name: "extended",
          include: ["tests/extended/**/*.test.ts"],
          globalSetup: "tests/setup/demo.ts",
          testTimeout: 300_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        resolve: { alias },
        test: {
          ...common,
          name: "chaos",
          include: ["tests/chaos/**/*.test.ts"],
          globalSetup: "tests/setup/cluster.ts",
          testTimeout: 300_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
      {
        resolve: { alias },
        test: {
          ...common,
          name: "matrix",
          // What meets the database's own ways; INVIGIL_TEST_MAJOR says which it is.
          include: [
            "tests/matrix/**/*.test.ts",
            "app/db/**/*.db.test.ts",
            "app/audit/**/*.db.test.ts",
            "app/access/**/*.db.test.ts",
            "app/jobs/**/*.db.test.ts",
            "app/mail/**/*.db.test.ts",
            "app/domains/machines.db.test.ts",
            "app/domains/enrollments/**/*.db.test.ts",
            "app/domains/communication/**/*.db.test.ts",
            "app/resources/**/*.db.test.ts",
            "app/observability/{pipeline,truth,faults,observe}.db.test.ts",
          ],
          globalSetup: "tests/setup/cluster.ts",
          testTimeout: 300_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
