type Column = { key: string; label: string; number?: boolean; decimals?: number };

export const GRADES: Column[] = [
  { key: "rank", label: "Rank", number: true },
  { key: "name", label: "Student" },
  { key: "roll_no", label: "Roll number" },
  { key: "average", label: "Average", number: true, decimals: 2 },
  { key: "subjects", label: "Subjects", number: true },
  { key: "grades", label: "Grades", number: true },
];

export const ATTENDANCE: Column[] = [
  { key: "name", label: "Student" },
  { key: "roll_no", label: "Roll number" },
  { key: "percentage", label: "Present, %", number: true, decimals: 2 },
  { key: "present", label: "Present", number: true },
  { key: "absent", label: "Absent", number: true },
  { key: "late", label: "Late", number: true },
  { key: "excused", label: "Excused", number: true },
  { key: "total", label: "Marks", number: true },
];
