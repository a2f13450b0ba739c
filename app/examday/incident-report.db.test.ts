import { expect, it } from "vitest";
import { ctxFor, everywhere, makeStaff, testDatabase } from "../../tests/database.ts";
import { declareIncident, getIncident } from "~/observability/incidents/incidents.server.ts";
import { incidentPrint, incidentReport } from "./incident-report.server.ts";

// Breaks when the report of an incident leaves out its cause or its timeline, or leaves the console unrecorded.
const db = testDatabase();

it("the report of an incident tells its cause and its timeline, and the log who took it", async () => {
  const sre = ctxFor(await makeStaff(db.owner, "SRE"), everywhere);
  const proctor = ctxFor(await makeStaff(db.owner, "PROCTOR"), everywhere);
  const { id, number } = await declareIncident({ ctx: sre, input: { title: "Slow saves", cause: "A lock on answers" } });
  const { pdf, name } = await incidentReport({ ctx: sre, input: { id: String(number) } });
  expect(name).toBe(`incident-${number}.pdf`);
  expect(pdf.subarray(0, 5).toString("latin1")).toBe("%PDF-");
  const print = incidentPrint(await getIncident({ ctx: sre, input: { id } }), null, new Date());
  expect(print.title).toBe(`Incident ${number}: Slow saves`);
  expect(print.claim).toMatch(/^The incident is open, and has lasted/);
  expect(print.sections.find(({ title }) => title === "Cause")!.lines).toEqual(["A lock on answers"]);
  expect(print.sections.find(({ title }) => title === "Timeline")!.lines[0]).toMatch(/Declared by hand/);
  const { rows } = await db.owner.query("select actor_id from audit.entry where action = 'incident.export_report'");
  expect(rows).toEqual([{ actor_id: sre.actor.id }]);
  await expect(incidentReport({ ctx: proctor, input: { id } })).rejects.toMatchObject({ status: 403 });
});
