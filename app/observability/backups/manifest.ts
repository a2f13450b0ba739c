import { createHash } from "node:crypto";
import { z } from "zod";

const schema = z.object({
  "PostgreSQL-Backup-Manifest-Version": z.number(),
  "System-Identifier": z.union([z.number(), z.string()]).optional(),
  Files: z.array(
    z.object({
      Path: z.string().optional(),
      "Encoded-Path": z.string().optional(),
      Size: z.number(),
      "Checksum-Algorithm": z.string().optional(),
      Checksum: z.string().optional(),
    }),
  ),
  "WAL-Ranges": z.array(z.object({ Timeline: z.number(), "Start-LSN": z.string(), "End-LSN": z.string() })),
  "Manifest-Checksum": z.string(),
});

export type Manifest = {
  systemId: string | null;
  files: Map<string, { size: number; sha256: string | null }>;
  timeline: number;
  startLsn: string;
  stopLsn: string;
};

class ManifestError extends Error {}

/** The manifest checks itself first: its last line is a hash of everything before it. */
export function readManifest(text: string): Manifest {
  const at = text.lastIndexOf('"Manifest-Checksum"');
  if (at < 0) throw new ManifestError("the manifest is truncated: it has no checksum of its own");
  let parsed: z.infer<typeof schema>;
  try {
    parsed = schema.parse(JSON.parse(text));
  } catch {
    throw new ManifestError("the manifest can't be read: it was changed or cut");
  }
  if (createHash("sha256").update(text.slice(0, at)).digest("hex") !== parsed["Manifest-Checksum"])
    throw new ManifestError("the manifest differs from its own checksum: it was changed");
  const range = parsed["WAL-Ranges"].at(-1);
  if (!range) throw new ManifestError("the manifest names no WAL");
  // The identifier is larger than a number holds exactly, so it is taken from the text.
  const systemId = /"System-Identifier":\s*(\d+)/.exec(text)?.[1] ?? null;
  const files = new Map(
    parsed.Files.map((file) => [
      file.Path ?? Buffer.from(file["Encoded-Path"] ?? "", "hex").toString("utf8"),
      { size: file.Size, sha256: file["Checksum-Algorithm"] === "SHA256" ? (file.Checksum ?? null) : null },
    ]),
  );
  return { systemId, files, timeline: range.Timeline, startLsn: range["Start-LSN"], stopLsn: range["End-LSN"] };
}
