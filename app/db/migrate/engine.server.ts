import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import pg from "pg";
import { PrismaPg } from "@prisma/adapter-pg";
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum } from "@prisma/driver-adapter-utils";
import { migrationNames, migrationsDir } from "./names.server.ts";
import type { SchemaEngine, MigrationList, SchemaContainer } from "@prisma/schema-engine-wasm";

/**
 * Prisma's own schema engine, compiled to WebAssembly: the native one would have to be downloaded. It applies the SQL
 * files in order, in a transaction each where the file allows, and keeps the ordinary _prisma_migrations table.
 */
type EngineModule = {
  SchemaEngine: {
    new: (
      options: { datamodels: [string, string][] | undefined },
      callback: () => void,
      adapter: object,
    ) => Promise<SchemaEngine>;
  };
  __wbg_set_wasm(exports: WebAssembly.Exports): void;
};

let loading: Promise<EngineModule> | undefined;

function engineModule(): Promise<EngineModule> {
  return (loading ??= (async () => {
    // The engine reports a panic through this registry, and fails obscurely where it is missing.
    (globalThis as Record<string, unknown>)["PRISMA_WASM_PANIC_REGISTRY"] ??= {
      set_message(message: string) {
        throw new Error(`schema engine: ${message}`);
      },
    };
    // The package exports only an entry that needs bundler support for .wasm, so its two inner files are taken by path.
    const name = "@prisma/schema-engine-wasm";
    const places = createRequire(path.join(process.cwd(), "package.json")).resolve.paths(name) ?? [];
    const dir = places.map((place) => path.join(place, name)).find((place) => fs.existsSync(place));
    if (!dir) throw new Error(`${name} is not installed`);
    const inner = (await import(/* @vite-ignore */ pathToFileURL(path.join(dir, "schema_engine_bg.js")).href)) as EngineModule;
    const bytes = fs.readFileSync(path.join(dir, "schema_engine_bg.wasm"));
    const { instance } = await WebAssembly.instantiate(bytes, {
      "./schema_engine_bg.js": inner as unknown as WebAssembly.ModuleImports,
    });
    inner.__wbg_set_wasm(instance.exports);
    (instance.exports["__wbindgen_start"] as () => void)();
    return inner;
  })());
}

const FILTERS = { externalTables: [], externalEnums: [] };

const schemaDir = (root = process.cwd()) => path.join(root, "prisma/schema");

function schemaFiles(): SchemaContainer[] {
  return fs
    .readdirSync(schemaDir())
    .filter((name) => name.endsWith(".prisma"))
    .map((name) => ({ path: path.join(schemaDir(), name), content: fs.readFileSync(path.join(schemaDir(), name), "utf8") }));
}

function migrationList(): MigrationList {
  const base = migrationsDir();
  const lock = path.join(base, "migration_lock.toml");
  return {
    baseDir: base,
    lockfile: { path: "migration_lock.toml", content: fs.existsSync(lock) ? fs.readFileSync(lock, "utf8") : null },
    shadowDbInitScript: "",
    migrationDirectories: migrationNames().map((name) => ({
      path: name,
      migrationFile: {
        path: "migration.sql",
        content: { tag: "ok", value: fs.readFileSync(path.join(base, name, "migration.sql"), "utf8") },
      },
    })),
  };
}

/** Columns of type "char" (OID 18) in the engine's own catalog queries: the adapter does not know the type. */
const CHAR_COLUMNS =
  /\b((?:\w+\.)?(?:contype|confupdtype|confdeltype|typtype|provolatile|prokind|relkind|relpersistence|attgenerated|attidentity))\b(?=\s*(?:,|$|\n|\s+as\b|\s+from\b))/gi;

class CatalogPg extends PrismaPg {
  /** What the server said; the engine only tells that something outside of it failed. */
  refusal: Error | null = null;

  override async connect() {
    const adapter = await super.connect();
    const queryRaw = adapter.queryRaw.bind(adapter);
    adapter.queryRaw = async (query) => {
      const chars = new Set<string>();
      const text = query.sql.replace(CHAR_COLUMNS, (column: string, _whole: string, offset: number, sql: string) => {
        const alias = /^\s+as\s+"?(\w+)/i.exec(sql.slice(offset + column.length))?.[1];
        chars.add(alias ?? column.split(".").at(-1)!);
        return `${column}::text`;
      });
      const result = await queryRaw({ ...query, sql: text });
      return {
        ...result,
        columnTypes: result.columnTypes.map((type, index) =>
          chars.has(result.columnNames[index]!) ? ColumnTypeEnum.Character : type,
        ),
      };
    };
    // The adapter cuts a script at every semicolon, also inside function bodies; the server knows better where they end.
    adapter.executeScript = async (script) => {
      await adapter
        .underlyingDriver()
        .query(script)
        .catch((error: Error) => {
          this.refusal = error;
          throw error;
        });
    };
    return adapter;
  }
}

async function withEngine<T>(url: string, run: (engine: SchemaEngine) => Promise<T>): Promise<T> {
  const { SchemaEngine } = await engineModule();
  // Our own pool, so that no connection outlives the work: the engine does not close what it was given.
  const pool = new pg.Pool({ connectionString: url, max: 2 });
  pool.on("error", () => undefined);
  const adapter = new CatalogPg(pool);
  const factory = bindMigrationAwareSqlAdapterFactory(adapter);
  const engine = await SchemaEngine.new(
    { datamodels: schemaFiles().map((file) => [file.path, file.content]) },
    () => undefined,
    factory,
  );
  try {
    return await run(engine);
  } catch (error) {
    throw adapter.refusal ?? error;
  } finally {
    engine.free();
    await pool.end();
  }
}

/** Applies what has not been applied; the names of what it applied. */
export function applyMigrations(ownerUrl: string): Promise<string[]> {
  return withEngine(ownerUrl, async (engine) => {
    const result = await engine.applyMigrations({ migrationsList: migrationList(), filters: FILTERS });
    return result.appliedMigrationNames;
  });
}

/** The SQL that would make the live database into the schema: empty when they agree. */
export function driftOf(url: string): Promise<string> {
  return withEngine(url, async (engine) => {
    const result = await engine.diff({
      from: { tag: "schemaDatasource", files: schemaFiles(), configDir: schemaDir() },
      to: { tag: "schemaDatamodel", files: schemaFiles() },
      script: true,
      exitCode: null,
      filters: FILTERS,
    });
    return result.stdout ?? "";
  });
}
