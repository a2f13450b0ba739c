import { Checkbox, Input, Select, Textarea } from "~/ui/form/form.tsx";

type Choice = { id: string; name: string; college: string };

export type ExamValues = {
  title?: string;
  kind?: string;
  description?: string | null;
  duration_minutes?: number;
  total_marks?: number;
  passing_marks?: number;
  start_time?: Date | string;
  end_time?: Date | string;
  class_id?: string;
  subject_id?: string | null;
  enable_question_shuffling?: boolean;
  enable_time_limit_per_question?: boolean;
  seconds_per_question?: number | null;
  enable_browser_lock?: boolean;
  enable_fullscreen_mode?: boolean;
  enable_webcam_monitoring?: boolean;
  max_attempts?: number;
};

const local = (at: Date | string | undefined) => (at ? new Date(at).toISOString().slice(0, 16) : "");

/** Everything that an exam is, but its questions. Times are UTC here, whatever the reader's clock shows elsewhere. */
export function ExamFieldsForm({ values, classes, subjects }: { values: ExamValues; classes: Choice[]; subjects: Choice[] }) {
  const several = new Set(classes.map((one) => one.college)).size > 1;
  const label = (one: Choice) => (several ? `${one.college} · ${one.name}` : one.name);
  return (
    <>
      <div className="grid gap-3 sm:grid-cols-[minmax(0,1fr)_140px]">
        <Input label="Title" name="title" defaultValue={values.title} required />
        <Select
          label="Kind"
          name="kind"
          defaultValue={values.kind ?? "EXAM"}
          options={[
            { value: "EXAM", label: "Exam" },
            { value: "QUIZ", label: "Quiz" },
          ]}
        />
      </div>
      <Textarea label="Description" name="description" defaultValue={values.description} rows={2} />
      <div className="grid gap-3 sm:grid-cols-2">
        <Select
          label="Class"
          name="classId"
          defaultValue={values.class_id}
          options={[{ value: "", label: "Choose a class" }, ...classes.map((one) => ({ value: one.id, label: label(one) }))]}
        />
        <Select
          label="Subject"
          name="subjectId"
          defaultValue={values.subject_id}
          options={[{ value: "", label: "None" }, ...subjects.map((subject) => ({ value: subject.id, label: label(subject) }))]}
        />
      </div>
      <div className="grid gap-3 sm:grid-cols-3">
        <Input label="Window opens (UTC)" name="startTime" type="datetime-local" defaultValue={local(values.start_time)} />
        <Input label="Window closes (UTC)" name="endTime" type="datetime-local" defaultValue={local(values.end_time)} />
        <Input
          label="Duration (min)"
          name="durationMinutes"
          type="number"
          min={1}
          max={1440}
          defaultValue={values.duration_minutes ?? 90}
        />
      </div>
      <div className="grid gap-3 sm:grid-cols-3">
        <Input
          label="Total marks"
          name="totalMarks"
          type="number"
          min={0}
          defaultValue={values.total_marks}
          hint="Must equal the sum of all questions"
        />
        <Input label="Pass mark" name="passingMarks" type="number" min={0} defaultValue={values.passing_marks} />
        <Input
          label="Attempts allowed"
          name="maxAttempts"
          type="number"
          min={1}
          max={20}
          defaultValue={values.max_attempts ?? 1}
        />
      </div>
      <fieldset className="flex flex-col gap-2">
        <legend className="mb-1 font-[520]">Anti-cheating</legend>
        <div className="grid gap-2 sm:grid-cols-2">
          <Checkbox
            name="enableQuestionShuffling"
            label="Shuffle questions for each student"
            defaultChecked={values.enable_question_shuffling ?? true}
          />
          <Checkbox name="enableBrowserLock" label="Browser lock" defaultChecked={values.enable_browser_lock ?? true} />
          <Checkbox name="enableFullscreenMode" label="Full screen" defaultChecked={values.enable_fullscreen_mode ?? true} />
          <Checkbox name="enableWebcamMonitoring" label="Webcam" defaultChecked={values.enable_webcam_monitoring ?? false} />
          <Checkbox
            name="enableTimeLimitPerQuestion"
            label="Time limit per question"
            defaultChecked={values.enable_time_limit_per_question ?? false}
          />
        </div>
        <div className="max-w-56">
          <Input
            label="Seconds per question"
            name="secondsPerQuestion"
            type="number"
            min={5}
            defaultValue={values.seconds_per_question}
          />
        </div>
      </fieldset>
    </>
  );
}
