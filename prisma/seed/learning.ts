import { Table } from "./copy.ts";
import type { College } from "./platform.ts";
import type { Random } from "./random.ts";

const DAY = 86_400_000;

/** A little of everything that lessons are made of, for the three largest colleges. */
export function learningTables(random: Random, now: number, colleges: College[]): Table[] {
  const t = {
    course: new Table("public.course", [
      "id",
      "college_id",
      "title",
      "description",
      "slug",
      "price_minor",
      "currency",
      "duration_hours",
      "difficulty",
      "published",
      "featured",
      "instructor_id",
    ]),
    module: new Table("public.course_module", ["id", "college_id", "course_id", "title", "order_index", "duration_minutes"]),
    lesson: new Table("public.lesson", ["id", "college_id", "module_id", "title", "content", "order_index", "duration_minutes"]),
    progress: new Table("public.course_progress", [
      "id",
      "college_id",
      "user_id",
      "course_id",
      "completed_lessons",
      "total_lessons",
      "progress_percent",
    ]),
    certificate: new Table("public.certificate", ["id", "college_id", "user_id", "course_id", "certificate_no"]),
    assignment: new Table("public.assignment", ["id", "college_id", "class_id", "title", "instructions", "due_at"]),
    submission: new Table("public.assignment_submission", ["id", "college_id", "assignment_id", "user_id", "content", "status"]),
    story: new Table("public.story", ["id", "college_id", "title", "content", "level", "published"]),
    word: new Table("public.vocabulary", ["id", "college_id", "word", "definition", "part_of_speech", "frequency"]),
    learned: new Table("public.user_vocabulary_progress", [
      "id",
      "college_id",
      "user_id",
      "vocabulary_id",
      "mastery_level",
      "review_count",
      "next_review_on",
    ]),
  };
  for (const college of colleges.slice(0, 3)) {
    for (const [index, title] of ["Study skills", "Academic writing", "Statistics refresher"].entries()) {
      const courseId = random.id(now - 200 * DAY);
      t.course.add(
        courseId,
        college.id,
        title,
        `${title} for first-year students.`,
        title.toLowerCase().replaceAll(" ", "-"),
        4900 * (index + 1),
        "USD",
        10 + index * 5,
        (["BEGINNER", "INTERMEDIATE", "ADVANCED"] as const)[index]!,
        true,
        index === 0,
        college.teachers[index]!.id,
      );
      for (let m = 0; m < 3; m++) {
        const moduleId = random.id(now - 199 * DAY);
        t.module.add(moduleId, college.id, courseId, `Part ${m + 1}`, m, 60);
        for (let l = 0; l < 4; l++)
          t.lesson.add(
            random.id(now - 198 * DAY),
            college.id,
            moduleId,
            `Lesson ${m * 4 + l + 1}`,
            "Read, then try the exercise.",
            l,
            15,
          );
      }
      for (const student of college.students.slice(index * 40, index * 40 + 40)) {
        const done = random.int(0, 12);
        t.progress.add(random.id(now - 90 * DAY), college.id, student.id, courseId, done, 12, Math.round((done / 12) * 100));
        if (done === 12)
          t.certificate.add(
            random.id(now - 10 * DAY),
            college.id,
            student.id,
            courseId,
            `C-${college.code}-${random.hex(8).toUpperCase()}`,
          );
      }
    }
    for (const roster of college.classes.slice(0, 4)) {
      const id = random.id(now - 15 * DAY);
      t.assignment.add(id, college.id, roster.id, `${roster.subject}: problem set`, "Show your work.", new Date(now + 5 * DAY));
      for (const student of roster.students.slice(0, 25))
        t.submission.add(
          random.id(now - 2 * DAY),
          college.id,
          id,
          student.id,
          "Attached.",
          random.chance(0.9) ? "SUBMITTED" : "LATE",
        );
    }
    t.story.add(random.id(now), college.id, "The lighthouse", "Every evening the keeper climbed the stairs.", "A2", true);
    for (const [word, definition] of [
      ["equilibrium", "a state of balance"],
      ["inference", "a conclusion from evidence"],
      ["lease", "a contract for a time"],
    ] as const) {
      const id = random.id(now);
      t.word.add(id, college.id, word, definition, "noun", random.int(50, 900));
      for (const student of college.students.slice(0, 12))
        t.learned.add(
          random.id(now),
          college.id,
          student.id,
          id,
          random.int(10, 95),
          random.int(1, 9),
          new Date(now + random.int(-3, 9) * DAY).toISOString().slice(0, 10),
        );
    }
  }
  return Object.values(t);
}
