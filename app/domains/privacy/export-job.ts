export const EXPORT_JOB = "person.export";
