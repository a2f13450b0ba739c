import { Table } from "./copy.ts";
import type { College } from "./platform.ts";
import { learnersTables, type SeededCourse } from "./learners.ts";
import type { Random } from "./random.ts";

const DAY = 86_400_000;

const WORDS = [
  ["equilibrium", "a state of balance", 120],
  ["inference", "a conclusion from evidence", 110],
  ["lease", "a contract for a time", 90],
  ["harbour", "a place where ships are safe", 80],
  ["keeper", "someone who looks after a place", 80],
  ["tide", "the rise and fall of the sea", 90],
  ["sample", "a part that stands for the whole", 100],
  ["variance", "how far values lie apart", 140],
  ["summary", "the main points in few words", 90],
  ["citation", "where a statement was found", 120],
  ["margin", "the edge that is left free", 110],
  ["hypothesis", "what is to be tested", 130],
] as const;

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
    assignment: new Table("public.assignment", ["id", "college_id", "class_id", "title", "instructions", "due_at"]),
    submission: new Table("public.assignment_submission", ["id", "college_id", "assignment_id", "user_id", "content", "status"]),
    word: new Table("public.vocabulary", [
      "id",
      "college_id",
      "word",
      "definition",
      "part_of_speech",
      "frequency",
      "difficulty_level",
    ]),
  };
  const courses: SeededCourse[] = [];
  const words: { id: string; college: College }[] = [];
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
      const lessons: string[] = [];
      for (let m = 0; m < 3; m++) {
        const moduleId = random.id(now - 199 * DAY);
        t.module.add(moduleId, college.id, courseId, `Part ${m + 1}`, m, 60);
        for (let l = 0; l < 4; l++) {
          const lessonId = random.id(now - 198 * DAY);
          lessons.push(lessonId);
          t.lesson.add(lessonId, college.id, moduleId, `Lesson ${m * 4 + l + 1}`, "Read, then try the exercise.", l, 15);
        }
      }
      courses.push({
        id: courseId,
        college,
        lessons,
        priceMinor: 4900 * (index + 1),
        students: college.students.slice(index * 40, index * 40 + 40),
      });
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
    for (const [word, definition, difficulty] of WORDS) {
      const id = random.id(now);
      words.push({ id, college });
      t.word.add(id, college.id, word, definition, "noun", random.int(50, 900), difficulty);
    }
  }
  return [...Object.values(t), ...learnersTables(now, courses, words)];
}
