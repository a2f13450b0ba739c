import { defineConfig } from "prisma/config";

// The CLI's schema engine is never downloaded: `invigil prisma` points it at an existing file, and
// migrations run through the WebAssembly engine in app/db/migrate.
export default defineConfig({
  schema: "prisma/schema",
  migrations: { path: "prisma/migrations" },
  datasource: { url: process.env.DATABASE_URL ?? "postgresql://localhost/invigil" },
});
