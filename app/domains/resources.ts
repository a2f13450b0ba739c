import { register } from "~/resources/registry.ts";
import { academicsResources } from "./academics/resources.ts";
import { communicationResources } from "./communication/resources.ts";
import { enrollmentsResources } from "./enrollments/resources.ts";
import { examsResources } from "./exams/resources.ts";
import { integrityResources } from "./integrity/resources.ts";
import { learningResources } from "./learning/resources.ts";
import { peopleResources } from "./people/resources.ts";
import { tenantsResources } from "./tenants/resources.ts";

/** Every table of the platform, as people see it. */
register([
  ...tenantsResources,
  ...peopleResources,
  ...academicsResources,
  ...enrollmentsResources,
  ...examsResources,
  ...integrityResources,
  ...communicationResources,
  ...learningResources,
]);
