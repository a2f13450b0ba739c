import { registerCreators } from "~/resources/creators.server.ts";
import { createEnrollment } from "./enrollments/enroll.server.ts";
import { createCertificate } from "./learning/certificates/issue.server.ts";

/** Records that only their domain makes: its rules hold for the form, for imports and for every other way in. */
registerCreators({ enrollment: createEnrollment, certificate: createCertificate });
