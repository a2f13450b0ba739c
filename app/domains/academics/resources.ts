import { bool, choice, date, hundredths, int, list, longText, moment, money, ref, resource, text } from "~/resources/define.ts";
import { CURRENCY } from "~/resources/patterns.ts";

const schoolYear = resource({
  name: "school_year",
  one: "School year",
  many: "School years",
  area: "academics",
  fields: {
    code: text("code", "Code", { required: true }),
    name: text("name", "Name", { personal: true }),
    startsOn: date("starts_on", "Starts"),
    endsOn: date("ends_on", "Ends"),
    isCurrent: bool("is_current", "Current year"),
  },
  title: "code",
  columns: ["code", "name", "startsOn", "endsOn", "isCurrent"],
  filters: ["code"],
});

const semester = resource({
  name: "semester",
  one: "Semester",
  many: "Semesters",
  area: "academics",
  fields: {
    schoolYear: ref("school_year", "school_year_id", "School year"),
    name: text("name", "Name", { required: true, personal: true }),
    code: text("code", "Code", { required: true }),
    startsOn: date("starts_on", "Starts"),
    endsOn: date("ends_on", "Ends"),
  },
  title: "name",
  lookup: ["code"],
  columns: ["name", "schoolYear", "code", "startsOn", "endsOn"],
  filters: ["schoolYear", "code"],
});

/** The catalogue entry that a class may be a run of. */
const course = resource({
  name: "course",
  one: "Course",
  many: "Courses",
  area: "academics",
  page: "/learning/courses/",
  fields: {
    title: text("title", "Title", { required: true }),
    description: longText("description", "Description"),
    slug: text("slug", "Slug", { required: true }),
    priceMinor: money("price_minor", "Price"),
    currency: text("currency", "Currency", { pattern: CURRENCY }),
    durationHours: int("duration_hours", "Hours"),
    difficulty: choice("difficulty", "Difficulty", ["BEGINNER", "INTERMEDIATE", "ADVANCED", "EXPERT"]),
    published: bool("published", "Published"),
    featured: bool("featured", "Featured"),
    learningObjectives: list("learning_objectives", "Learning objectives", { required: true }),
    prerequisites: list("prerequisites", "Prerequisites", { required: true }),
    certificateOnCompletion: bool("certificate_on_completion", "Issue a certificate on completion"),
    certificateValidMonths: int("certificate_valid_months", "Certificate valid, months", {
      min: 1,
      max: 600,
      hint: "Empty: for ever",
    }),
    thumbnailUrl: text("thumbnail_url", "Picture"),
    videoUrl: text("video_url", "Video"),
    instructor: ref("user", "instructor_id", "Instructor"),
  },
  title: "title",
  lookup: ["slug"],
  columns: ["title", "slug", "priceMinor", "durationHours", "difficulty"],
  filters: ["difficulty", "priceMinor", "instructor"],
  sorts: [{ key: "priceMinor", label: "Price", field: "priceMinor" }],
  softDelete: true,
});

/** The roster unit: document 1's class, document 2's course of a grade and section, document 3's batch. */
const schoolClass = resource({
  name: "class",
  one: "Class",
  many: "Classes",
  area: "academics",
  fields: {
    name: text("name", "Name", { required: true, personal: true }),
    academicYear: text("academic_year", "Academic year", { required: true }),
    grade: text("grade", "Grade"),
    section: text("section", "Section"),
    schoolYear: ref("school_year", "school_year_id", "School year"),
    course: ref("course", "course_id", "Course"),
    capacity: int("capacity", "Capacity", { min: 0, max: 100000 }),
    startsOn: date("starts_on", "Starts"),
    endsOn: date("ends_on", "Ends"),
    schedule: text("schedule", "Schedule"),
    status: choice("status", "Status", ["PLANNED", "ACTIVE", "FINISHED", "CANCELLED"]),
  },
  title: "name",
  columns: ["name", "academicYear", "grade", "section", "schoolYear", "course"],
  filters: ["grade", "schoolYear", "course"],
  search: "search_class",
  softDelete: true,
  page: "/academics/classes/",
});

const subject = resource({
  name: "subject",
  one: "Subject",
  many: "Subjects",
  area: "academics",
  fields: {
    name: text("name", "Name", { required: true, personal: true }),
    code: text("code", "Code", { required: true }),
    class: ref("class", "class_id", "Class"),
  },
  title: "name",
  lookup: ["code"],
  columns: ["name", "code", "class"],
  filters: ["class", "code"],
});

const teacherClassAssignment = resource({
  name: "teacher_class_assignment",
  one: "Teacher of a class",
  many: "Teachers of classes",
  area: "academics",
  fields: {
    user: ref("user", "user_id", "Person", { required: true }),
    class: ref("class", "class_id", "Class", { required: true }),
    subject: ref("subject", "subject_id", "Subject"),
    position: int("position", "Position"),
  },
  title: "user",
  columns: ["user", "class", "subject", "position"],
  filters: ["user", "class", "subject"],
});

const attendance = resource({
  name: "attendance",
  one: "Attendance",
  many: "Attendance",
  area: "academics",
  fields: {
    user: ref("user", "user_id", "Student", { required: true }),
    class: ref("class", "class_id", "Class", { required: true }),
    date: date("date", "Date", { required: true }),
    session: choice("session", "Session", ["AM", "PM", "FULL"]),
    status: choice("status", "Status", ["PRESENT", "ABSENT", "LATE", "EXCUSED"]),
    reason: longText("reason", "Reason"),
    recordedBy: text("recorded_by", "Recorded by"),
    semester: ref("semester", "semester_id", "Semester"),
    schoolYear: ref("school_year", "school_year_id", "School year"),
  },
  title: "user",
  columns: ["user", "class", "date", "session", "status", "recordedBy"],
  filters: ["class", "date", "user", "semester", "schoolYear"],
  sorts: [{ key: "date", label: "Date, latest first", field: "date", descending: true }],
});

const grade = resource({
  name: "grade",
  one: "Grade",
  many: "Grades",
  area: "academics",
  fields: {
    user: ref("user", "user_id", "Student", { required: true }),
    class: ref("class", "class_id", "Class", { required: true }),
    subject: ref("subject", "subject_id", "Subject", { required: true }),
    semester: ref("semester", "semester_id", "Semester", { required: true }),
    gradeDate: date("grade_date", "Date", { required: true }),
    score: hundredths("score", "Grade", { required: true, min: 0, max: 1000, hint: "0 to 10" }),
    component: text("component", "For", { max: 60, hint: "A test, homework, a presentation: its column in the grade book" }),
    comment: text("comment", "Comment"),
    gradedBy: ref("user", "graded_by_id", "Graded by"),
    lastEditAt: moment("last_edit_at", "Last changed"),
  },
  title: "user",
  columns: ["user", "subject", "score", "class", "semester", "gradeDate"],
  filters: ["user", "gradeDate", "class", "subject", "semester", "gradedBy"],
  sorts: [{ key: "gradeDate", label: "Date, latest first", field: "gradeDate", descending: true }],
});

const gradeBoundary = resource({
  name: "grade_boundary",
  one: "Grade boundary",
  many: "Grade boundaries",
  area: "academics",
  fields: {
    label: text("label", "Label", { required: true }),
    minPercent: hundredths("min_percent", "From, %", { required: true, min: 0, max: 10_000 }),
    maxPercent: hundredths("max_percent", "Up to (%)", { required: true, min: 0, max: 10_000 }),
    gradePoint: int("grade_point", "Grade point"),
  },
  title: "label",
  columns: ["label", "minPercent", "maxPercent", "gradePoint"],
  filters: ["label"],
});

export const academicsResources = [
  schoolYear,
  semester,
  course,
  schoolClass,
  subject,
  teacherClassAssignment,
  attendance,
  grade,
  gradeBoundary,
];
