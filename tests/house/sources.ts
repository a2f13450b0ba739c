import fs from "node:fs";
import path from "node:path";

export type Source = { file: string; text: string };

/** Every source file below these folders, without tests and what is generated. */
export function sourcesIn(...folders: string[]): Source[] {
  return folders.flatMap((folder) =>
    fs
      .readdirSync(folder, { recursive: true, encoding: "utf8" })
      .map((name) => path.posix.join(folder, name.replaceAll(path.sep, "/")))
      .filter((file) => /\.tsx?$/.test(file) && !file.includes(".test.") && !file.startsWith("app/db/generated/"))
      .sort()
      .map((file) => ({ file, text: fs.readFileSync(file, "utf8") })),
  );
}
