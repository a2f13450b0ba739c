import { Link } from "@remix-run/react";

/** Whose row it is. Out of the way of Tab, which goes from one cell that is typed into to the next. */
export const StudentCell = ({ student }: { student: { id: string; name: string; roll_no: string | null } }) => (
  <td className="max-sm:max-w-[124px] max-sm:truncate">
    <Link to={`/people/${student.id}`} className="font-[560] hover:underline" tabIndex={-1}>
      {student.name}
    </Link>
    {student.roll_no && <span className="mono ml-2 text-muted max-sm:hidden">{student.roll_no}</span>}
  </td>
);
