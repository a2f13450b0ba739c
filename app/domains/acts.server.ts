import { z } from "zod";
import type { ActVerbs } from "~/resources/bulk.server.ts";
import type { UndoVerbs } from "~/resources/undo/run.server.ts";
import { publishAnnouncement } from "./communication/publish-announcement.server.ts";
import { retryNotification } from "./communication/retry-notification.server.ts";
import { dropEnrollment } from "./enrollments/change-state.server.ts";
import { approvePayment } from "./enrollments/payments.server.ts";
import { decideRegistration } from "./enrollments/registrations.server.ts";
import { revokeCertificate } from "./learning/certificates/revoke.server.ts";
import { endPersonSessions, lockPerson, unlockPerson } from "./people/access.server.ts";
import { setSubscription } from "./tenants/set-subscription.server.ts";
import { SUBSCRIPTION_STATES } from "./tenants/subscription.ts";

/** What the acts of a list do to each of its rows: the same verbs that the row's own page uses. */
export const actVerbs: ActVerbs = {
  "college.suspend": ({ ctx, id, reason }) => setSubscription({ ctx, input: { id, reason, state: "SUSPENDED" } }),
  "college.reactivate": ({ ctx, id, reason }) => setSubscription({ ctx, input: { id, reason, state: "ACTIVE" } }),
  "user.lock": ({ ctx, id, reason }) => lockPerson({ ctx, input: { id, reason, hours: 24 } }),
  "user.unlock": ({ ctx, id, reason }) => unlockPerson({ ctx, input: { id, reason } }),
  "user.end-sessions": ({ ctx, id, reason }) => endPersonSessions({ ctx, input: { id, reason } }),
  "student_registration.approve": ({ ctx, id, reason }) =>
    decideRegistration({ ctx, input: { id, reason, decision: "APPROVED" } }),
  "student_registration.reject": ({ ctx, id, reason }) =>
    decideRegistration({ ctx, input: { id, reason, decision: "REJECTED" } }),
  "enrollment.drop": ({ ctx, id, reason }) =>
    dropEnrollment({ ctx, input: { id, reason, date: ctx.clock.now().toISOString().slice(0, 10) } }),
  "payment.approve": ({ ctx, id }) => approvePayment({ ctx, input: { id } }),
  "announcement.publish": ({ ctx, id }) => publishAnnouncement({ ctx, input: { id } }),
  "certificate.revoke": ({ ctx, id, reason }) => revokeCertificate({ ctx, input: { id, reason } }),
  "notification.retry": ({ ctx, id, reason }) => retryNotification({ ctx, input: { id, reason } }),
};

const formerState = z.object({ subscriptionStatus: z.enum(SUBSCRIPTION_STATES) });

const formerSubscription: UndoVerbs[string] = ({ ctx, id, before, reason }) =>
  setSubscription({ ctx, input: { id, reason, state: formerState.parse(before).subscriptionStatus } });

/** What takes such an act back, where former values alone don't: the same rules, and an audit entry of its own. */
export const undoVerbs: UndoVerbs = {
  "college.suspend": formerSubscription,
  "college.reactivate": formerSubscription,
};
