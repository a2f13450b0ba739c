import "~/domains/resources.ts";
import { LinkButton } from "~/ui/form/link-button.tsx";
import { Panel } from "~/ui/layout/panel.tsx";

/** What a college still needs before its first exam; nothing once it runs. */
export function Next({ tenant }: { tenant: { id: string; people: number; classes: number; enrolled: number } }) {
  const steps = [
    { done: tenant.people > 0, label: "Import students", to: `/imports/new?resource=user&collegeId=${tenant.id}` },
    { done: tenant.classes > 0, label: "Create class", to: `/data/class/new?collegeId=${tenant.id}` },
    { done: tenant.enrolled > 0, label: "Enroll a student", to: "/enrollments/new" },
  ];
  const first = steps.find((step) => !step.done);
  if (!first) return null;
  return (
    <Panel title="Next steps">
      <ol className="flex flex-wrap gap-2">
        {steps.map((step) => (
          <li key={step.label}>
            {step.done ? (
              <span className="control text-muted">{step.label}: done</span>
            ) : (
              <LinkButton to={step.to} tone={step === first ? "primary" : "plain"}>
                {step.label}
              </LinkButton>
            )}
          </li>
        ))}
      </ol>
    </Panel>
  );
}
