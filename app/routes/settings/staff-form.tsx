import { offeredRoles, ROLE_LABELS } from "~/access/policy.ts";
import { observes } from "~/platform/depth.ts";
import { Checkbox, Input, Select } from "~/ui/form/form.tsx";

export type StaffValues = { name: string; email: string; role: string; colleges: string[]; active: boolean };

export function StaffFields({
  values,
  tenants,
  isNew,
}: {
  values: StaffValues;
  tenants: { id: string; name: string }[];
  isNew: boolean;
}) {
  return (
    <>
      <Input label="Name" name="name" defaultValue={values.name} required />
      {isNew && <Input label="E-mail" name="email" type="email" defaultValue={values.email} required />}
      <Select
        label="Role"
        name="role"
        defaultValue={values.role}
        options={offeredRoles().map((value) => ({ value, label: ROLE_LABELS[value] }))}
      />
      {!observes() && (
        <fieldset className="flex flex-col gap-1.5">
          <legend className="mb-1 font-[520]">Tenants</legend>
          <p className="text-[12px] text-muted">For tenant managers and proctors. The other roles see all tenants.</p>
          <div
            className="grid max-h-56 gap-1.5 overflow-y-auto rounded-control border p-2.5 sm:grid-cols-2"
            tabIndex={0}
            role="group"
            aria-label="Tenants"
          >
            {tenants.map((tenant) => (
              <Checkbox
                key={tenant.id}
                name="colleges"
                value={tenant.id}
                label={tenant.name}
                defaultChecked={values.colleges.includes(tenant.id)}
              />
            ))}
          </div>
        </fieldset>
      )}
      {!isNew && (
        <Checkbox
          name="active"
          label="May log in"
          hint="Turning this off ends all sessions at once."
          defaultChecked={values.active}
        />
      )}
    </>
  );
}
