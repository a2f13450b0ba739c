import { bool, choice, date, hundredths, int, json, longText, moment, money, ref, resource, text } from "~/resources/define.ts";

const courseModule = resource({
  name: "course_module",
  one: "Module",
  many: "Modules",
  area: "learning",
  fields: {
    course: ref("course", "course_id", "Course", { required: true }),
    title: text("title", "Title", { required: true }),
    description: longText("description", "Description"),
    orderIndex: int("order_index", "Position", { required: true }),
    durationMinutes: int("duration_minutes", "Minutes"),
    videoUrl: text("video_url", "Video"),
    content: longText("content", "Content"),
  },
  title: "title",
  columns: ["title", "course", "orderIndex", "durationMinutes", "videoUrl"],
  filters: ["course"],
});

const lesson = resource({
  name: "lesson",
  one: "Lesson",
  many: "Lessons",
  area: "learning",
  fields: {
    module: ref("course_module", "module_id", "Module", { required: true }),
    title: text("title", "Title", { required: true }),
    content: longText("content", "Content"),
    videoUrl: text("video_url", "Video"),
    orderIndex: int("order_index", "Position", { required: true }),
    durationMinutes: int("duration_minutes", "Minutes"),
  },
  title: "title",
  columns: ["title", "module", "videoUrl", "orderIndex", "durationMinutes"],
  filters: ["module"],
});

const media = resource({
  name: "media",
  one: "Media",
  many: "Media",
  area: "learning",
  fields: {
    type: choice("type", "Type", ["VIDEO", "IMAGE", "DOCUMENT"], { required: true }),
    url: text("url", "Address", { required: true }),
    provider: text("provider", "Provider"),
    providerId: text("provider_id", "Provider's id"),
    title: text("title", "Title"),
    durationSeconds: int("duration_seconds", "Duration (s)"),
    sizeBytes: int("size_bytes", "Size (bytes)"),
    mimeType: text("mime_type", "File type"),
    lesson: ref("lesson", "lesson_id", "Lesson"),
  },
  title: "url",
  columns: ["url", "type", "provider", "providerId", "title", "durationSeconds"],
  filters: ["type", "provider", "lesson"],
});

const studyMaterial = resource({
  name: "study_material",
  one: "Study material",
  many: "Study materials",
  area: "learning",
  fields: {
    class: ref("class", "class_id", "Class", { required: true }),
    media: ref("media", "media_id", "Media"),
    title: text("title", "Title", { required: true }),
    description: longText("description", "Description"),
    url: text("url", "Address"),
  },
  title: "title",
  columns: ["title", "class", "media", "url"],
  filters: ["class", "media"],
  softDelete: true,
});

const assignment = resource({
  name: "assignment",
  one: "Assignment",
  many: "Assignments",
  area: "learning",
  fields: {
    class: ref("class", "class_id", "Class", { required: true }),
    subject: ref("subject", "subject_id", "Subject"),
    title: text("title", "Title", { required: true }),
    instructions: longText("instructions", "Instructions"),
    dueAt: moment("due_at", "Due", { required: true }),
    maxMarks: int("max_marks", "Marks at most"),
  },
  title: "title",
  columns: ["title", "class", "subject", "dueAt", "maxMarks"],
  filters: ["dueAt", "class", "subject"],
  sorts: [{ key: "dueAt", label: "Due", field: "dueAt" }],
  softDelete: true,
});

const assignmentSubmission = resource({
  name: "assignment_submission",
  one: "Submission",
  many: "Submissions",
  area: "learning",
  fields: {
    assignment: ref("assignment", "assignment_id", "Assignment", { required: true }),
    user: ref("user", "user_id", "Student", { required: true }),
    content: longText("content", "Content"),
    url: text("url", "Address"),
    status: choice("status", "Status", ["SUBMITTED", "LATE", "GRADED", "RETURNED"]),
    submittedAt: moment("submitted_at", "Submitted"),
    score: int("score", "Score"),
    feedback: longText("feedback", "Feedback"),
  },
  title: "assignment",
  columns: ["assignment", "user", "url", "status", "submittedAt", "score"],
  filters: ["assignment", "user"],
});

const courseProgress = resource({
  name: "course_progress",
  one: "Course progress",
  many: "Course progress",
  area: "learning",
  write: null,
  fields: {
    user: ref("user", "user_id", "Student", { required: true }),
    course: ref("course", "course_id", "Course", { required: true }),
    completedLessons: int("completed_lessons", "Lessons done"),
    totalLessons: int("total_lessons", "Lessons"),
    progressPercent: int("progress_percent", "Progress, %", { min: 0, max: 100 }),
    timeSpentSeconds: int("time_spent_seconds", "Time spent (s)"),
    lastAccessedAt: moment("last_accessed_at", "Last accessed"),
    startedAt: moment("started_at", "Started"),
    completedAt: moment("completed_at", "Completed", { readOnly: true }),
  },
  title: "user",
  columns: ["user", "course", "completedLessons", "totalLessons", "progressPercent", "lastAccessedAt"],
  filters: ["user", "course"],
});

const lessonProgress = resource({
  name: "lesson_progress",
  one: "Lesson progress",
  many: "Lesson progress",
  area: "learning",
  write: null,
  fields: {
    progress: ref("course_progress", "progress_id", "Progress", { required: true }),
    lesson: ref("lesson", "lesson_id", "Lesson", { required: true }),
    progressPercent: int("progress_percent", "Progress, %", { min: 0, max: 100 }),
    completed: bool("completed", "Completed"),
    startedAt: moment("started_at", "Started"),
    completedAt: moment("completed_at", "Completed on", { readOnly: true }),
    watchTimeSeconds: int("watch_time_seconds", "Watched, s"),
    lastWatchedAt: moment("last_watched_at", "Last watched"),
  },
  title: "progress",
  columns: ["progress", "lesson", "progressPercent", "completed", "completedAt", "watchTimeSeconds", "lastWatchedAt"],
  filters: ["progress", "lesson"],
});

const certificate = resource({
  name: "certificate",
  one: "Certificate",
  many: "Certificates",
  area: "learning",
  page: "/learning/certificates/",
  fields: {
    user: ref("user", "user_id", "Student", { required: true, fixed: true }),
    course: ref("course", "course_id", "Course", { required: true, fixed: true }),
    certificateNo: text("certificate_no", "Certificate number", { readOnly: true }),
    issuedAt: moment("issued_at", "Issued", { readOnly: true }),
    expiresAt: moment("expires_at", "Expires", { fixed: true, hint: "Empty: as the course says" }),
    supersededAt: moment("superseded_at", "Replaced by a later one", { readOnly: true }),
    revokedAt: moment("revoked_at", "Revoked", { readOnly: true }),
    revokedReason: text("revoked_reason", "Reason of revocation", { readOnly: true }),
  },
  title: "certificateNo",
  columns: ["certificateNo", "user", "course", "issuedAt", "expiresAt", "revokedAt"],
  filters: ["user", "course", "certificateNo"],
  createdByVerb: true,
  remove: null,
  bulk: [{ key: "revoke", label: "Revoke", danger: true, says: "The public check says that they were revoked" }],
});

const courseAnalytics = resource({
  name: "course_analytics",
  one: "Course analytics",
  many: "Course analytics",
  area: "learning",
  write: null,
  fields: {
    course: ref("course", "course_id", "Course", { required: true }),
    totalEnrollments: int("total_enrollments", "Enrollments"),
    activeEnrollments: int("active_enrollments", "Active enrollments"),
    completedEnrollments: int("completed_enrollments", "Completed"),
    inactiveStudents: int("inactive_students", "Inactive for 30 days"),
    completionRate: int("completion_rate", "Completed, %"),
    averageProgress: int("average_progress", "Average progress, %"),
    totalRevenueMinor: money("total_revenue_minor", "Total revenue"),
    averageRating: int("average_rating", "Average rating"),
    lastCalculatedAt: moment("last_calculated_at", "Counted"),
  },
  title: "course",
  columns: ["course", "totalEnrollments", "activeEnrollments", "completionRate", "averageProgress", "totalRevenueMinor"],
  filters: ["course"],
});

const learningSession = resource({
  name: "learning_session",
  one: "Learning session",
  many: "Learning sessions",
  area: "learning",
  write: null,
  fields: {
    user: ref("user", "user_id", "Student", { required: true }),
    startedAt: moment("started_at", "Started"),
    completedAt: moment("completed_at", "Completed", { readOnly: true }),
    durationMinutes: int("duration_minutes", "Minutes"),
  },
  title: "user",
  columns: ["user", "startedAt", "completedAt", "durationMinutes"],
  filters: ["user"],
});

const userEvent = resource({
  name: "user_event",
  one: "User event",
  many: "User events",
  area: "learning",
  write: null,
  fields: {
    user: ref("user", "user_id", "Person", { required: true }),
    session: ref("learning_session", "session_id", "Session"),
    eventType: text("event_type", "Event type", { required: true }),
    at: moment("at", "At"),
    data: json("data", "Data"),
  },
  title: "user",
  columns: ["user", "eventType", "at", "session"],
  filters: ["user", "session"],
});

const story = resource({
  name: "story",
  one: "Story",
  many: "Stories",
  area: "learning",
  fields: {
    title: text("title", "Title", { required: true }),
    content: longText("content", "Content"),
    level: text("level", "Level"),
    difficultyScore: hundredths("difficulty_score", "Difficulty"),
    estimatedMinutes: int("estimated_minutes", "Minutes needed"),
    thumbnailUrl: text("thumbnail_url", "Picture"),
    viewCount: int("view_count", "Views"),
    featured: bool("featured", "Featured"),
    published: bool("published", "Published"),
  },
  title: "title",
  columns: ["title", "level", "difficultyScore", "estimatedMinutes", "thumbnailUrl", "viewCount"],
  filters: ["viewCount"],
  sorts: [{ key: "viewCount", label: "Views", field: "viewCount", descending: true }],
});

const storyProgress = resource({
  name: "story_progress",
  one: "Story progress",
  many: "Story progress",
  area: "learning",
  write: null,
  fields: {
    user: ref("user", "user_id", "Student", { required: true }),
    story: ref("story", "story_id", "Story", { required: true }),
    completionPercentage: int("completion_percentage", "Completed, %", { min: 0, max: 100 }),
    timeSpent: int("time_spent", "Time spent (s)"),
    lastAccessedAt: moment("last_accessed_at", "Last accessed"),
  },
  title: "user",
  columns: ["user", "story", "completionPercentage", "timeSpent", "lastAccessedAt"],
  filters: ["user", "story"],
});

const vocabulary = resource({
  name: "vocabulary",
  one: "Vocabulary",
  many: "Vocabulary",
  area: "learning",
  fields: {
    word: text("word", "Word", { required: true }),
    definition: longText("definition", "Definition", { required: true }),
    partOfSpeech: text("part_of_speech", "Part of speech"),
    difficultyLevel: hundredths("difficulty_level", "Difficulty"),
    frequency: int("frequency", "Frequency"),
  },
  title: "word",
  columns: ["word", "partOfSpeech", "difficultyLevel", "frequency"],
  filters: ["frequency", "word"],
  sorts: [{ key: "frequency", label: "Frequency", field: "frequency", descending: true }],
});

const userVocabularyProgress = resource({
  name: "user_vocabulary_progress",
  one: "Vocabulary progress",
  many: "Vocabulary progress",
  area: "learning",
  write: null,
  fields: {
    user: ref("user", "user_id", "Student", { required: true }),
    vocabulary: ref("vocabulary", "vocabulary_id", "Vocabulary", { required: true }),
    masteryLevel: hundredths("mastery_level", "Mastery", { min: 0, max: 100, hint: "0 to 1" }),
    reviewCount: int("review_count", "Reviews"),
    lastReviewedAt: moment("last_reviewed_at", "Last reviewed"),
    nextReviewOn: date("next_review_on", "Next review"),
    state: choice("state", "State", ["NEW", "LEARNING", "REVIEW", "RELEARNING"]),
    lapses: int("lapses", "Times forgotten"),
    dueAt: moment("due_at", "Due at"),
  },
  title: "user",
  columns: ["user", "vocabulary", "masteryLevel", "reviewCount", "lastReviewedAt", "nextReviewOn"],
  filters: ["nextReviewOn", "user", "vocabulary"],
  sorts: [{ key: "nextReviewOn", label: "Due first", field: "nextReviewOn" }],
});

const exercise = resource({
  name: "exercise",
  one: "Exercise",
  many: "Exercises",
  area: "learning",
  fields: {
    story: ref("story", "story_id", "Story", { required: true }),
    exerciseType: text("exercise_type", "Exercise type", { required: true }),
    prompt: longText("prompt", "Prompt"),
    content: json("content", "Content"),
    difficultyLevel: hundredths("difficulty_level", "Difficulty"),
  },
  title: "exerciseType",
  columns: ["exerciseType", "story", "difficultyLevel"],
  filters: ["story"],
});

const exerciseAttempt = resource({
  name: "exercise_attempt",
  one: "Exercise attempt",
  many: "Exercise attempts",
  area: "learning",
  write: null,
  fields: {
    exercise: ref("exercise", "exercise_id", "Exercise", { required: true }),
    user: ref("user", "user_id", "Student", { required: true }),
    isCorrect: bool("is_correct", "Correct", { required: true }),
    answer: text("answer", "Answer"),
    timeSpent: int("time_spent", "Time spent (s)"),
  },
  title: "exercise",
  columns: ["exercise", "user", "isCorrect", "answer", "timeSpent"],
  filters: ["user", "exercise"],
});

export const learningResources = [
  courseModule,
  lesson,
  media,
  studyMaterial,
  assignment,
  assignmentSubmission,
  courseProgress,
  lessonProgress,
  certificate,
  courseAnalytics,
  learningSession,
  userEvent,
  story,
  storyProgress,
  vocabulary,
  userVocabularyProgress,
  exercise,
  exerciseAttempt,
];
