import { Table } from "./copy.ts";
import type { Random } from "./random.ts";
import { BROWSERS, COLLEGES, FIRST, LAST, SUBJECTS } from "./words.ts";

const DAY = 86_400_000;

export type Person = {
  id: string;
  collegeId: string;
  name: string;
  email: string;
  ability: number;
  address: string;
  agent: string;
  fingerprint: string;
};
export type Roster = { id: string; name: string; subjectId: string; subject: string; students: Person[] };
export type College = {
  id: string;
  name: string;
  code: string;
  status: string;
  students: Person[];
  teachers: Person[];
  classes: Roster[];
};

/** Colleges with their people, years, classes, enrollments and money. */
export function platformTables(random: Random, now: number): { colleges: College[]; tables: Table[] } {
  const t = {
    college: new Table("public.college", [
      "id",
      "name",
      "username",
      "code",
      "subscription_status",
      "subscription_expiry",
      "is_active",
      "suspended_reason",
      "time_zone",
      "currency",
      "contact_email",
      "payment_approval_limit",
      "next_invoice_number",
      "created_at",
      "updated_at",
    ]),
    subscription: new Table("public.subscription", [
      "id",
      "college_id",
      "plan",
      "status",
      "seats",
      "starts_at",
      "ends_at",
      "price_minor",
      "currency",
    ]),
    user: new Table('public."user"', [
      "id",
      "college_id",
      "name",
      "email",
      "roll_no",
      "role",
      "is_active",
      "status",
      "first_name",
      "last_name",
      "phone",
      "last_login_at",
      "failed_login_attempts",
      "locked_until",
      "locked_reason",
      "created_at",
      "updated_at",
    ]),
    profile: new Table("public.student_profile", [
      "id",
      "college_id",
      "user_id",
      "gender",
      "date_of_birth",
      "grade_level",
      "registration_date",
      "needs_transport",
      "vaccinated",
      "province",
      "district",
    ]),
    guardian: new Table("public.guardian", [
      "id",
      "college_id",
      "user_id",
      "relation",
      "first_name",
      "last_name",
      "phone",
      "occupation",
    ]),
    family: new Table("public.family_info", ["id", "college_id", "user_id", "living_with", "own_house"]),
    scholarship: new Table("public.scholarship", [
      "id",
      "college_id",
      "user_id",
      "kind",
      "amount_minor",
      "currency",
      "sponsor",
      "starts_on",
    ]),
    year: new Table("public.school_year", ["id", "college_id", "code", "name", "starts_on", "ends_on", "is_current"]),
    semester: new Table("public.semester", ["id", "college_id", "school_year_id", "name", "code", "starts_on", "ends_on"]),
    class: new Table("public.class", [
      "id",
      "college_id",
      "name",
      "academic_year",
      "grade",
      "section",
      "school_year_id",
      "capacity",
      "starts_on",
      "ends_on",
      "created_at",
      "updated_at",
    ]),
    subject: new Table("public.subject", ["id", "college_id", "name", "code", "class_id"]),
    teaching: new Table("public.teacher_class_assignment", ["id", "college_id", "user_id", "class_id", "subject_id", "position"]),
    boundary: new Table("public.grade_boundary", ["id", "college_id", "label", "min_percent", "max_percent", "grade_point"]),
    enrollment: new Table("public.enrollment", [
      "id",
      "college_id",
      "user_id",
      "class_id",
      "status",
      "enrolled_at",
      "expires_at",
      "payment_status",
      "amount_minor",
      "currency",
      "drop_semester_id",
      "drop_date",
      "drop_reason",
      "created_at",
      "updated_at",
    ]),
    payment: new Table("public.payment", [
      "id",
      "college_id",
      "user_id",
      "enrollment_id",
      "amount_minor",
      "currency",
      "method",
      "transaction_id",
      "status",
      "approved_at",
      "paid_at",
      "created_at",
      "updated_at",
    ]),
    invoice: new Table("public.invoice", [
      "id",
      "college_id",
      "user_id",
      "payment_id",
      "number",
      "amount_minor",
      "currency",
      "status",
      "issued_at",
    ]),
    registration: new Table("public.student_registration", [
      "id",
      "college_id",
      "class_id",
      "name",
      "email",
      "status",
      "created_at",
      "updated_at",
    ]),
    attendance: new Table("public.attendance", [
      "id",
      "college_id",
      "user_id",
      "class_id",
      "date",
      "session",
      "status",
      "semester_id",
      "school_year_id",
    ]),
    grade: new Table("public.grade", [
      "id",
      "college_id",
      "user_id",
      "class_id",
      "subject_id",
      "semester_id",
      "grade_date",
      "score",
      "graded_by_id",
    ]),
    event: new Table("public.event", ["id", "college_id", "title", "type", "scheduled_at", "class_id"]),
    announcement: new Table("public.announcement", ["id", "college_id", "title", "body", "published_at"]),
    notification: new Table("public.notification", [
      "id",
      "college_id",
      "user_id",
      "title",
      "message",
      "type",
      "channel",
      "status",
      "sent_at",
    ]),
  };
  const date = (at: number) => new Date(at).toISOString().slice(0, 10);
  const colleges: College[] = COLLEGES.map(([name, code, size, status], rank) => {
    const made = now - (720 - rank * 40) * DAY;
    const id = random.id(made);
    const expiry = { ACTIVE: 200, TRIAL: 2, PAST_DUE: -5, SUSPENDED: 90, EXPIRED: -40 }[status];
    const currency = rank % 3 === 0 ? "USD" : rank % 3 === 1 ? "EUR" : "GBP";
    const college: College = { id, name, code, status, students: [], teachers: [], classes: [] };
    const yearId = random.id(made);
    const currentYear = new Date(now).getUTCFullYear();
    const academic = `${currentYear}-${currentYear + 1}`;
    t.year.add(yearId, id, academic, `Year ${academic}`, `${currentYear}-08-01`, `${currentYear + 1}-07-15`, true);
    const semesters = [1, 2].map((n) => {
      const semester = random.id(made);
      t.semester.add(
        semester,
        id,
        yearId,
        n === 1 ? "First semester" : "Second semester",
        `S${n}-${currentYear}`,
        n === 1 ? `${currentYear}-08-01` : `${currentYear + 1}-01-10`,
        n === 1 ? `${currentYear}-12-20` : `${currentYear + 1}-07-15`,
      );
      return semester;
    });
    for (const [label, min, max, point] of [
      ["A", 9000, 10000, 4],
      ["B", 7500, 8999, 3],
      ["C", 6000, 7499, 2],
      ["D", 5000, 5999, 1],
      ["F", 0, 4999, 0],
    ] as const) {
      t.boundary.add(random.id(made), id, label, min, max, point);
    }
    const person = (role: "STUDENT" | "TEACHER" | "ADMIN", index: number): Person => {
      const first = random.pick(FIRST);
      const last = random.pick(LAST);
      // Before they enroll, and so before now: the youngest college was made less than 300 days ago.
      const joined = made + random.int(1, Math.min(300, Math.floor((now - made) / DAY) - 95)) * DAY;
      const one: Person = {
        id: random.id(joined),
        collegeId: id,
        name: `${first} ${last}`,
        email: `${first}.${last}.${index}@${code.toLowerCase()}.example`.toLowerCase(),
        ability: random.normal(),
        address: `10.${rank + 1}.${random.int(0, 40)}.${random.int(2, 250)}`,
        agent: random.pick(BROWSERS),
        fingerprint: random.hex(32),
      };
      const locked = role === "STUDENT" && random.chance(0.004);
      const inactive = role === "STUDENT" && random.chance(0.01);
      t.user.add(
        one.id,
        id,
        one.name,
        one.email,
        role === "STUDENT" ? `${code.slice(0, 3)}-${String(index).padStart(5, "0")}` : null,
        role,
        !inactive,
        inactive ? "INACTIVE" : "ACTIVE",
        first,
        last,
        `+1 555 ${String(random.int(1000, 9999))}`,
        new Date(now - random.int(0, 20 * 24) * 3_600_000),
        locked ? 6 : 0,
        locked ? new Date(now + random.int(1, 48) * 3_600_000) : null,
        locked ? "Six failed logins" : null,
        new Date(joined),
        new Date(joined),
      );
      if (role === "STUDENT") {
        t.profile.add(
          random.id(joined),
          id,
          one.id,
          random.pick(["MALE", "FEMALE"]),
          date(now - random.int(17 * 365, 30 * 365) * DAY),
          String(random.int(9, 12)),
          date(joined),
          random.chance(0.15),
          random.chance(0.9),
          random.pick(["North", "South", "East", "West"]),
          `District ${random.int(1, 12)}`,
        );
        if (random.chance(0.5))
          t.guardian.add(
            random.id(joined),
            id,
            one.id,
            random.pick(["Mother", "Father", "Guardian"]),
            random.pick(FIRST),
            last,
            `+1 555 ${random.int(1000, 9999)}`,
            random.pick(["Teacher", "Nurse", "Driver", "Engineer", "Farmer"]),
          );
        if (random.chance(0.25))
          t.family.add(random.id(joined), id, one.id, random.pick(["Both parents", "Mother", "Relatives"]), random.chance(0.6));
        if (random.chance(0.05))
          t.scholarship.add(
            random.id(joined),
            id,
            one.id,
            random.pick(["Merit", "Need"]),
            random.int(2, 20) * 10_000,
            currency,
            "Alumni fund",
            date(joined),
          );
      }
      return one;
    };
    const teachers = Math.max(4, Math.round(size * 0.05));
    for (let i = 0; i < teachers; i++) college.teachers.push(person("TEACHER", 90_000 + i));
    person("ADMIN", 99_000);
    for (let i = 0; i < size - teachers - 1; i++) college.students.push(person("STUDENT", i + 1));

    const classCount = Math.max(2, Math.round(college.students.length / 60));
    for (let c = 0; c < classCount; c++) {
      const [subject, prefix] = SUBJECTS[(c + rank * 2) % SUBJECTS.length]!;
      const classId = random.id(made + c);
      const section = "ABCD"[Math.floor(c / SUBJECTS.length)] ?? "A";
      const subjectId = random.id(made + c);
      t.class.add(
        classId,
        id,
        `${subject} ${section}`,
        academic,
        String(9 + (c % 4)),
        section,
        yearId,
        140,
        `${currentYear}-08-15`,
        `${currentYear + 1}-06-30`,
        new Date(made),
        new Date(made),
      );
      t.subject.add(subjectId, id, subject, `${prefix}-${100 + c}`, classId);
      t.teaching.add(random.id(made), id, college.teachers[c % teachers]!.id, classId, subjectId, 1);
      college.classes.push({ id: classId, name: `${subject} ${section}`, subjectId, subject, students: [] });
    }
    let invoice = 1;
    college.students.forEach((student, index) => {
      const first = index % classCount;
      const second = (first + 1 + (Math.floor(index / classCount) % (classCount - 1))) % classCount;
      for (const roster of [college.classes[first]!, college.classes[second]!]) {
        const at = Math.min(made + 310 * DAY, now - 90 * DAY) + random.int(0, 60) * DAY;
        const enrollmentId = random.id(at);
        const dropped = random.chance(0.02);
        const paid = random.chance(0.94);
        const amount = random.int(3, 12) * 10_000;
        t.enrollment.add(
          enrollmentId,
          id,
          student.id,
          roster.id,
          dropped ? "DROPPED" : "ACTIVE",
          new Date(at),
          new Date(now + 200 * DAY),
          paid ? "COMPLETED" : "PENDING",
          amount,
          currency,
          dropped ? semesters[0]! : null,
          dropped ? date(now - random.int(5, 60) * DAY) : null,
          dropped ? random.pick(["Moved away", "Changed subject", "Financial reasons"]) : null,
          new Date(at),
          new Date(at),
        );
        if (!dropped) roster.students.push(student);
        const paidAt = now - random.int(1, 330) * DAY;
        const paymentId = random.id(paidAt);
        t.payment.add(
          paymentId,
          id,
          student.id,
          enrollmentId,
          amount,
          currency,
          random.pick(["CARD", "TRANSFER", "CASH"]),
          `TX-${code}-${random.hex(12)}`,
          paid ? "COMPLETED" : random.chance(0.15) ? "FAILED" : "PENDING",
          paid ? new Date(paidAt) : null,
          paid ? new Date(paidAt) : null,
          new Date(Math.min(paidAt, now - DAY)),
          new Date(paidAt),
        );
        if (paid)
          t.invoice.add(random.id(paidAt), id, student.id, paymentId, invoice++, amount, currency, "PAID", new Date(paidAt));
      }
    });
    for (const roster of college.classes) {
      for (let week = 1; week <= 3; week++) {
        for (const student of roster.students) {
          if (!random.chance(0.5)) continue;
          t.attendance.add(
            random.id(now - week * 7 * DAY),
            id,
            student.id,
            roster.id,
            date(now - week * 7 * DAY),
            "FULL",
            random.weighted([
              ["PRESENT", 88],
              ["ABSENT", 6],
              ["LATE", 4],
              ["EXCUSED", 2],
            ] as const),
            semesters[0]!,
            yearId,
          );
        }
      }
      for (const student of roster.students) {
        if (random.chance(0.6))
          t.grade.add(
            random.id(now - 20 * DAY),
            id,
            student.id,
            roster.id,
            roster.subjectId,
            semesters[0]!,
            date(now - random.int(3, 70) * DAY),
            Math.max(0, Math.min(1000, Math.round(random.normal(680 + student.ability * 90, 110)))),
            random.pick(college.teachers).id,
          );
      }
      t.event.add(
        random.id(now),
        id,
        `Revision session: ${roster.subject}`,
        "OTHER",
        new Date(now + random.int(1, 12) * DAY),
        roster.id,
      );
    }
    for (let i = 0; i < 6; i++)
      t.registration.add(
        random.id(now - i * DAY),
        id,
        random.pick(college.classes).id,
        `${random.pick(FIRST)} ${random.pick(LAST)}`,
        `applicant.${code.toLowerCase()}.${i}@example.org`,
        random.weighted([
          ["PENDING", 4],
          ["APPROVED", 3],
          ["REJECTED", 1],
        ] as const),
        new Date(now - i * DAY),
        new Date(now - i * DAY),
      );
    t.announcement.add(
      random.id(now - 3 * DAY),
      id,
      "Exam rules this term",
      "Bring your student card. Laptops must be charged; the exam browser starts fifteen minutes before the window.",
      new Date(now - 3 * DAY),
    );
    for (const student of college.students.slice(0, 40))
      t.notification.add(
        random.id(now - DAY),
        id,
        student.id,
        "Exam tomorrow",
        "Your exam opens tomorrow. Check your device today.",
        "REMINDER",
        random.pick(["EMAIL", "IN_APP"]),
        random.weighted([
          ["SENT", 2],
          ["DELIVERED", 5],
          ["READ", 3],
          ["FAILED", 1],
        ] as const),
        new Date(now - DAY),
      );
    t.college.add(
      id,
      name,
      code.toLowerCase(),
      code,
      status,
      new Date(now + expiry * DAY),
      status !== "EXPIRED",
      status === "SUSPENDED" ? "Invoices unpaid for 90 days" : null,
      "UTC",
      currency,
      `office@${code.toLowerCase()}.example`,
      0,
      invoice,
      new Date(made),
      new Date(made),
    );
    t.subscription.add(
      random.id(made),
      id,
      size > 500 ? "ENTERPRISE" : "STANDARD",
      status,
      size + 100,
      new Date(made),
      new Date(now + expiry * DAY),
      size * 1200,
      currency,
    );
    return college;
  });
  return { colleges, tables: Object.values(t) };
}
