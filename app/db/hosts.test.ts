import { describe, expect, it } from "vitest";
import { readEnv } from "../platform/env.server.ts";
import { splitHosts } from "./hosts.server.ts";

describe("an address with several hosts", () => {
  it("is one address for each, with the same login, database and settings", () => {
    expect(splitHosts("postgresql://u:p%40x@a:5432,b:6432/name?sslmode=require&target_session_attrs=read-write")).toEqual([
      "postgresql://u:p%40x@a:5432/name?sslmode=require",
      "postgresql://u:p%40x@b:6432/name?sslmode=require",
    ]);
    expect(splitHosts("postgres://a,b/name")).toEqual(["postgres://a/name", "postgres://b/name"]);
  });

  it("with one host is left as it is", () => {
    for (const url of ["postgresql://u@a:5432/name?application_name=x,y", "postgresql://u@[::1]:5432/name"])
      expect(splitHosts(url)).toEqual([url]);
  });

  it("is refused where it asks for a standby: the console writes", () => {
    const env = { NODE_ENV: "test", DATABASE_URL: "postgresql://u@a,b/name?target_session_attrs=prefer-standby" };
    expect(() => readEnv(env)).toThrow(/DATABASE_URL: .* target_session_attrs=read-write or primary/);
    expect(readEnv({ ...env, DATABASE_URL: "postgresql://u@a,b/name?target_session_attrs=primary" }).embedded).toBe(false);
  });
});
