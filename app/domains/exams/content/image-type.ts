export const IMAGE_TYPES = ["image/png", "image/jpeg", "image/webp", "image/gif"] as const;
export type ImageType = (typeof IMAGE_TYPES)[number];

export const MOST_IMAGE_BYTES = 2 * 1024 * 1024;

const startsWith = (bytes: Uint8Array, at: number, wanted: string) =>
  bytes.length >= at + wanted.length && [...wanted].every((char, index) => bytes[at + index] === char.charCodeAt(0));

/** What a file is by its first bytes, whatever its name says; null for anything but the four kinds that are shown. */
export function imageTypeOf(bytes: Uint8Array): ImageType | null {
  if (startsWith(bytes, 0, "\x89PNG\r\n\x1a\n")) return "image/png";
  if (startsWith(bytes, 0, "\xff\xd8\xff")) return "image/jpeg";
  if (startsWith(bytes, 0, "RIFF") && startsWith(bytes, 8, "WEBP")) return "image/webp";
  if (startsWith(bytes, 0, "GIF87a") || startsWith(bytes, 0, "GIF89a")) return "image/gif";
  return null;
}

/** The last part of a file's name, of harmless characters only. */
export const imageName = (name: string): string =>
  name
    .split(/[\\/]/)
    .at(-1)!
    .normalize("NFC")
    .replace(/[^\p{L}\p{N} ._-]/gu, "")
    .replace(/^[. ]+/, "")
    .trim()
    .slice(0, 100) || "image";
