// The house's one-way arrows: routes, collector, cli → metrics, examday → domains | observability → resources, jobs, access
// → audit → db → platform. What points the other way fails `npm run verify`.
const not = (name, comment, from, to) => ({ name, comment, severity: "error", from, to });
const room = (names) => `^app/(${names})/`;
const tests = "\\.test\\.ts$";

module.exports = {
  forbidden: [
    not(
      "no-cycles",
      "files of one room may know each other, but not in a circle",
      { pathNot: "generated" },
      { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    ),
    not(
      "entries-apart",
      "entries never import each other",
      { path: room("routes"), pathNot: tests },
      { path: room("collector|cli") },
    ),
    not(
      "entries-apart-collector",
      "entries never import each other",
      { path: room("collector"), pathNot: tests },
      { path: room("routes|cli") },
    ),
    not(
      "entries-apart-cli",
      "entries never import each other",
      { path: room("cli"), pathNot: tests },
      { path: room("routes|collector") },
    ),
    not(
      "joining-rooms",
      "examday and metrics do not know the entries",
      { path: room("examday|metrics"), pathNot: tests },
      { path: room("routes|collector|cli") },
    ),
    not(
      "domains-apart",
      "domains do not know the database that is watched",
      { path: room("domains"), pathNot: tests },
      { path: room("observability|examday|metrics|routes|collector|cli") },
    ),
    not(
      "observability-apart",
      "observability does not know the business",
      { path: room("observability"), pathNot: tests },
      { path: room("domains|examday|metrics|routes|collector|cli") },
    ),
    not(
      "engine",
      "the engine never imports a domain",
      { path: room("resources|jobs|access"), pathNot: tests },
      { path: room("domains|observability|examday|metrics|routes|collector|cli") },
    ),
    not(
      "access-below-engine",
      "access and jobs do not know the engine",
      { path: room("access|jobs"), pathNot: tests },
      { path: room("resources") },
    ),
    not("access-below-jobs", "access does not know jobs", { path: room("access"), pathNot: tests }, { path: room("jobs") }),
    not(
      "mail",
      "mail knows db and platform",
      { path: room("mail"), pathNot: tests },
      { path: room("audit|access|jobs|resources|domains|observability|examday|metrics|routes|collector|cli|ui") },
    ),
    not(
      "audit",
      "audit knows db and platform",
      { path: room("audit"), pathNot: tests },
      { path: room("mail|access|jobs|resources|domains|observability|examday|metrics|routes|collector|cli|ui") },
    ),
    not(
      "db",
      "db knows platform",
      { path: room("db"), pathNot: tests },
      { path: room("mail|audit|access|jobs|resources|domains|observability|examday|metrics|routes|collector|cli|ui") },
    ),
    not(
      "platform",
      "platform knows nothing of the product",
      { path: room("platform"), pathNot: tests },
      { path: "^app/(?!platform/)" },
    ),
    not("ui", "ui knows ui and platform", { path: room("ui"), pathNot: tests }, { path: "^app/(?!ui/|platform/)" }),
    not(
      "who-draws",
      "only routes, resources and components use ui",
      { path: "^app/", pathNot: "^app/(routes|resources|ui)/|^app/root|^app/entry|\\.tsx$" },
      { path: room("ui"), dependencyTypesNot: ["type-only"] },
    ),
    not(
      "pg-in-db",
      "only db knows pg",
      { path: "^app/(?!db/|cli/)", pathNot: tests },
      { path: "node_modules/pg/", dependencyTypesNot: ["type-only"] },
    ),
    not(
      "client-in-db",
      "only db makes a Prisma client",
      { path: "^app/(?!db/)", pathNot: tests },
      { path: "^app/db/generated", dependencyTypesNot: ["type-only"] },
    ),
  ],
  options: {
    doNotFollow: { path: "node_modules|app/db/generated" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: "specify",
    enhancedResolveOptions: { conditionNames: ["import", "require", "node", "default", "types"] },
  },
};
