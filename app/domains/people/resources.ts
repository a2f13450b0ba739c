import {
  bool,
  choice,
  computedChoice,
  date,
  int,
  longText,
  moment,
  money,
  staffId,
  ref,
  resource,
  text,
} from "~/resources/define.ts";
import { CURRENCY, EMAIL } from "~/resources/patterns.ts";

/** Whether a person gets in, and what keeps them out, in the order in which it would be fixed. */
const ACCESS_STATES = ["ACTIVE", "NOT_ENROLLED", "LOCKED", "INACTIVE", "TENANT_CLOSED", "DELETED"] as const;
const ACCESS = `case
  when t.deleted_at is not null then 'DELETED'
  when (select c.subscription_status from public.college c where c.id = t.college_id)
    in ('SUSPENDED', 'EXPIRED', 'CANCELLED') then 'TENANT_CLOSED'
  when not t.is_active then 'INACTIVE'
  when t.locked_until > now() then 'LOCKED'
  when t.role = 'STUDENT' and not exists (
    select 1 from public.enrollment e
    where e.college_id = t.college_id and e.user_id = t.id and e.status = 'ACTIVE') then 'NOT_ENROLLED'
  else 'ACTIVE' end`;

const user = resource({
  name: "user",
  one: "Person",
  many: "People",
  area: "people",
  fields: {
    firstName: text("first_name", "First name", { min: 2, personal: true }),
    lastName: text("last_name", "Last name", { min: 2, personal: true }),
    name: text("name", "Name", { required: true, min: 2, personal: true, hint: "As it is shown everywhere" }),
    email: text("email", "E-mail", { required: true, personal: true, pattern: EMAIL, max: 254 }),
    role: choice("role", "Role", ["STUDENT", "TEACHER", "INSTRUCTOR", "ADMIN", "GUARDIAN"]),
    rollNo: text("roll_no", "Roll number", { personal: true }),
    username: text("username", "Username", { personal: true }),
    phone: text("phone", "Phone", { personal: true }),
    phone2: text("phone2", "Second phone", { personal: true }),
    position: text("position", "Position"),
    image: text("image", "Image address"),
    access: computedChoice(ACCESS, "Access", ACCESS_STATES),
    status: choice("status", "Status", ["ACTIVE", "INACTIVE"]),
    isActive: bool("is_active", "Account active"),
    emailVerifiedAt: moment("email_verified_at", "E-mail confirmed", { readOnly: true }),
    lastLoginAt: moment("last_login_at", "Last login", { readOnly: true }),
    failedLoginAttempts: int("failed_login_attempts", "Failed logins", { readOnly: true }),
    lastFailedLoginAt: moment("last_failed_login_at", "Last failed login", { readOnly: true }),
    lockedUntil: moment("locked_until", "Locked until", { readOnly: true }),
    lockedReason: text("locked_reason", "Why locked", { readOnly: true }),
  },
  title: "name",
  lookup: ["email", "rollNo"],
  columns: ["name", "email", "rollNo", "role", "access", "lockedUntil", "lastLoginAt"],
  filters: ["role", "name", "isActive", "lastLoginAt"],
  sorts: [{ key: "name", label: "Name", field: "name" }],
  search: "search_person",
  softDelete: true,
  page: "/people/",
  bulk: [
    {
      key: "lock",
      label: "Lock for a day",
      danger: true,
      undo: "fields",
      says: "They can't sign in or sit exams for 24 hours. Open sessions end.",
    },
    { key: "unlock", label: "Unlock", undo: "fields", says: "Locked and inactive people can sign in again." },
    { key: "end-sessions", label: "End sessions", says: "They have to sign in again on every device." },
  ],
});

const studentProfile = resource({
  name: "student_profile",
  one: "Student profile",
  many: "Student profiles",
  area: "people",
  fields: {
    user: ref("user", "user_id", "Person", { required: true }),
    gender: choice("gender", "Gender", ["MALE", "FEMALE", "OTHER"]),
    dateOfBirth: date("date_of_birth", "Date of birth", { personal: true }),
    gradeLevel: text("grade_level", "Grade level"),
    registrationDate: date("registration_date", "Registration date"),
    registrationStatus: text("registration_status", "Registration status"),
    religion: text("religion", "Religion", { personal: true }),
    health: longText("health", "Health", { personal: true }),
    emergencyContact: text("emergency_contact", "Emergency contact", { personal: true }),
    needsClothes: bool("needs_clothes", "Needs clothing"),
    needsMaterials: bool("needs_materials", "Needs school materials"),
    needsTransport: bool("needs_transport", "Needs transport"),
    previousSchool: text("previous_school", "Previous school"),
    registerToStudy: bool("register_to_study", "Registered to study"),
    birthDistrict: text("birth_district", "Birth district"),
    houseNumber: text("house_number", "House number"),
    village: text("village", "Village"),
    commune: text("commune", "Commune"),
    district: text("district", "District"),
    province: text("province", "Province"),
    transferReason: text("transfer_reason", "Why transferred"),
    vaccinated: bool("vaccinated", "Vaccinated"),
    schoolYearCode: text("school_year_code", "School year"),
    bio: longText("bio", "Bio"),
    address: text("address", "Address", { personal: true }),
  },
  title: "user",
  columns: ["user", "gender", "dateOfBirth", "gradeLevel", "registrationDate", "registrationStatus"],
  filters: ["user"],
});

const guardian = resource({
  name: "guardian",
  one: "Guardian",
  many: "Guardians",
  area: "people",
  fields: {
    user: ref("user", "user_id", "Person", { required: true }),
    relation: text("relation", "Relation", { required: true, hint: "Mother, father, aunt…" }),
    firstName: text("first_name", "First name", { min: 2, personal: true }),
    lastName: text("last_name", "Last name", { min: 2, personal: true }),
    phone: text("phone", "Phone", { personal: true }),
    occupation: text("occupation", "Occupation"),
    incomeMinor: money("income_minor", "Income"),
    childrenCount: int("children_count", "Children"),
    believer: bool("believer", "Has a faith"),
    church: text("church", "Church"),
    birthDistrict: text("birth_district", "Birth district"),
    houseNumber: text("house_number", "House number"),
    village: text("village", "Village"),
    commune: text("commune", "Commune"),
    district: text("district", "District"),
    province: text("province", "Province"),
  },
  title: "relation",
  columns: ["relation", "user", "firstName", "lastName", "phone", "occupation"],
  filters: ["user"],
});

const familyInfo = resource({
  name: "family_info",
  one: "Family background",
  many: "Family backgrounds",
  area: "people",
  fields: {
    user: ref("user", "user_id", "Person", { required: true }),
    livingWith: text("living_with", "Lives with"),
    livingCondition: text("living_condition", "Living conditions"),
    ownHouse: bool("own_house", "Owns the house"),
    durationInArea: text("duration_in_area", "Time in the area"),
    religion: text("religion", "Religion", { personal: true }),
    churchName: text("church_name", "Church name"),
    canHelpSchool: bool("can_help_school", "Can help the school"),
    helpAmountMinor: money("help_amount_minor", "Help, amount"),
    helpFrequency: text("help_frequency", "Help, how often"),
    knowSchool: text("know_school", "Knows the school from"),
    organizationHelp: text("organization_help", "Help from organisations"),
    povertyCard: text("poverty_card", "Poverty card"),
  },
  title: "user",
  columns: ["user", "livingWith", "livingCondition", "ownHouse", "durationInArea", "religion"],
  filters: ["user"],
});

const scholarship = resource({
  name: "scholarship",
  one: "Scholarship",
  many: "Scholarships",
  area: "people",
  fields: {
    user: ref("user", "user_id", "Person", { required: true }),
    kind: text("kind", "Kind", { required: true }),
    amountMinor: money("amount_minor", "Amount"),
    currency: text("currency", "Currency", { pattern: CURRENCY }),
    sponsor: text("sponsor", "Sponsor"),
    startsOn: date("starts_on", "Starts", { required: true }),
    endsOn: date("ends_on", "Ends"),
    note: longText("note", "Note"),
  },
  title: "kind",
  columns: ["kind", "user", "amountMinor", "sponsor", "startsOn"],
  filters: ["user"],
});

const refreshToken = resource({
  name: "refresh_token",
  one: "Refresh token",
  many: "Refresh tokens",
  area: "people",
  write: null,
  fields: {
    user: ref("user", "user_id", "Person", { required: true }),
    expiresAt: moment("expires_at", "Expires", { required: true }),
    revokedAt: moment("revoked_at", "Revoked"),
    ipAddress: text("ip_address", "Address", { personal: true }),
    userAgent: text("user_agent", "Browser", { personal: true }),
  },
  title: "user",
  columns: ["user", "expiresAt", "revokedAt", "ipAddress", "userAgent"],
  filters: ["expiresAt", "user"],
});

const userSession = resource({
  name: "user_session",
  one: "Session",
  many: "Sessions",
  area: "people",
  write: null,
  fields: {
    user: ref("user", "user_id", "Person", { required: true }),
    expiresAt: moment("expires_at", "Expires", { required: true }),
    lastSeenAt: moment("last_seen_at", "Last seen"),
    revokedAt: moment("revoked_at", "Revoked"),
    ipAddress: text("ip_address", "Address", { personal: true }),
    userAgent: text("user_agent", "Browser", { personal: true }),
  },
  title: "user",
  columns: ["user", "expiresAt", "lastSeenAt", "revokedAt", "ipAddress", "userAgent"],
  filters: ["user"],
});

const oauthAccount = resource({
  name: "oauth_account",
  one: "OAuth account",
  many: "OAuth accounts",
  area: "people",
  write: null,
  fields: {
    user: ref("user", "user_id", "Person", { required: true }),
    type: text("type", "Type", { required: true }),
    provider: text("provider", "Provider", { required: true }),
    providerAccountId: text("provider_account_id", "Account there", { required: true }),
    expiresAt: moment("expires_at", "Expires"),
    tokenType: text("token_type", "Kind of token"),
    scope: text("scope", "Scope"),
  },
  title: "user",
  columns: ["user", "type", "provider", "providerAccountId", "expiresAt", "tokenType"],
  filters: ["user", "provider"],
});

const verificationToken = resource({
  name: "verification_token",
  one: "Verification token",
  many: "Verification tokens",
  area: "people",
  write: null,
  fields: {
    identifier: text("identifier", "Identifier", { required: true, personal: true }),
    purpose: text("purpose", "Purpose"),
    expiresAt: moment("expires_at", "Expires", { required: true }),
    usedAt: moment("used_at", "Used"),
  },
  title: "identifier",
  columns: ["identifier", "purpose", "expiresAt", "usedAt"],
  filters: ["identifier"],
});

const userInvitation = resource({
  name: "user_invitation",
  one: "Invitation",
  many: "Invitations",
  area: "people",
  write: null,
  fields: {
    email: text("email", "E-mail", { required: true, personal: true, pattern: EMAIL, max: 254 }),
    role: choice("role", "Role", ["STUDENT", "TEACHER", "INSTRUCTOR", "ADMIN", "GUARDIAN"]),
    invitedBy: ref("user", "invited_by_id", "Invited by"),
    acceptedBy: ref("user", "accepted_by_id", "Accepted by"),
    status: choice("status", "Status", ["PENDING", "ACCEPTED", "EXPIRED", "REVOKED"]),
    expiresAt: moment("expires_at", "Expires", { required: true }),
    acceptedAt: moment("accepted_at", "Accepted"),
  },
  title: "email",
  columns: ["email", "role", "invitedBy", "acceptedBy", "status", "expiresAt"],
  filters: ["status", "invitedBy", "acceptedBy"],
});

const recoveryRequest = resource({
  name: "recovery_request",
  one: "Recovery request",
  many: "Recovery requests",
  area: "people",
  write: null,
  fields: {
    user: ref("user", "user_id", "Person", { required: true }),
    kind: text("kind", "Kind"),
    status: choice("status", "Status", ["PENDING", "APPROVED", "REJECTED", "COMPLETED", "EXPIRED"]),
    reason: longText("reason", "Reason"),
    decidedBy: staffId("decided_by", "Decided by", { readOnly: true }),
    decidedAt: moment("decided_at", "Decided", { readOnly: true }),
    expiresAt: moment("expires_at", "Expires", { required: true }),
  },
  title: "user",
  columns: ["user", "kind", "status", "decidedAt", "expiresAt"],
  filters: ["status", "user"],
});

export const peopleResources = [
  user,
  studentProfile,
  guardian,
  familyInfo,
  scholarship,
  refreshToken,
  userSession,
  oauthAccount,
  verificationToken,
  userInvitation,
  recoveryRequest,
];
