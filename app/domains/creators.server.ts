import { registerCreators } from "~/resources/creators.server.ts";
import { createSubscription } from "./communication/create-subscription.server.ts";
import { createEvent } from "./communication/events/create-event.server.ts";
import { createEnrollment } from "./enrollments/enroll.server.ts";
import { createCertificate } from "./learning/certificates/issue.server.ts";

/** Records that only their domain makes: its rules hold for the form, for imports and for every other way in. */
registerCreators({
  certificate: createCertificate,
  enrollment: createEnrollment,
  event: createEvent,
  event_subscription: createSubscription,
});
