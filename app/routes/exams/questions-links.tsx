import { LinkButton } from "~/ui/form/link-button.tsx";

/** Questions in and out as files, for those who may. */
export function QuestionsLinks(props: { examId: string; importable: boolean; exportable: boolean }) {
  const at = `/exams/${props.examId}/questions`;
  return (
    <>
      {props.importable && <LinkButton to={`${at}/bank`}>Question bank</LinkButton>}
      {props.importable && <LinkButton to={`${at}/import`}>Import questions</LinkButton>}
      {props.exportable && (
        <>
          <a className="control" href={`${at}/export/gift`} download>
            Export GIFT
          </a>
          <a className="control" href={`${at}/export/moodle-xml`} download>
            Export Moodle XML
          </a>
        </>
      )}
    </>
  );
}
