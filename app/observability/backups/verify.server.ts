import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { createGunzip } from "node:zlib";
import { z } from "zod";
import { record } from "~/audit/record.server.ts";
import { clusterPlace } from "~/db/cluster/place.server.ts";
import { readTar } from "~/db/cluster/tar.ts";
import type { Ctx } from "~/db/ctx.ts";
import { execute, firstRow } from "~/db/query.ts";
import { withScope } from "~/db/scope.server.ts";
import { rolePool } from "~/db/clients.server.ts";
import { sql } from "~/db/sql.ts";
import { messageOf, NotFound } from "~/platform/errors.ts";
import { newId } from "~/platform/ids.ts";
import { readManifest, type Manifest } from "./manifest.ts";
import { sha256Of, type Progress } from "./take.server.ts";
import { segmentsBetween } from "./wal.ts";

export type BackupFinding = { file: string; says: string };

const backupRow = z.object({
  id: z.string(),
  state: z.string(),
  directory: z.string(),
  started_at: z.date(),
  finished_at: z.date().nullable(),
  size_bytes: z.number().nullable(),
  timeline: z.number().nullable(),
  start_lsn: z.string().nullable(),
  stop_lsn: z.string().nullable(),
  system_id: z.string().nullable(),
  wal: z.record(z.string(), z.string()),
  row_counts: z.record(z.string(), z.number()),
  error: z.string().nullable(),
  /** The digest of its manifest, as the audit log has it; null for one that was taken before it was recorded. */
  manifest_sha256: z.string().nullable(),
});
export type BackupRow = z.infer<typeof backupRow>;

const columns = sql`
  id, state, directory, started_at, finished_at, size_bytes, timeline, start_lsn, stop_lsn, system_id, wal, row_counts, error, (
    select c.body::jsonb -> 'details' ->> 'manifest'
    from audit.entry e
      join audit.content c on c.at = e.at and c.entry_id = e.id
    where e.action = 'backup.done' and e.resource = 'backup' and e.resource_id = backup.id::text
    order by e.at desc
    limit 1
  ) as manifest_sha256`;

/** A backup that was finished: the named one, or the newest (that ends before `until`). */
export async function findBackup(id: string | null, until: Date | null = null): Promise<BackupRow> {
  const found = await firstRow(
    rolePool("owner"),
    sql`select ${columns}
        from console.backup
        where state = 'DONE'
          and (${id}::uuid is null or id = ${id}::uuid)
          and (${until}::timestamptz is null or finished_at <= ${until})
        order by started_at desc
        limit 1`,
    backupRow,
  );
  if (!found) throw new NotFound(id ? "Backup not found" : until ? "No backup reaches back that far" : "No backups yet");
  return found;
}

/** Every file against the manifest, the manifest against itself, and the WAL from start to stop. */
export async function inspect(
  backup: BackupRow,
  archive: string,
  progress?: (bytes: number) => Promise<void>,
): Promise<BackupFinding[]> {
  const findings: BackupFinding[] = [];
  const add = (file: string, says: string) => findings.push({ file, says });
  let manifest: Manifest;
  try {
    manifest = readManifest(fs.readFileSync(path.join(backup.directory, "backup_manifest"), "utf8"));
  } catch (error) {
    add("backup_manifest", (error as NodeJS.ErrnoException).code === "ENOENT" ? "is missing" : messageOf(error));
    return findings;
  }
  if (backup.manifest_sha256 && (await sha256Of(path.join(backup.directory, "backup_manifest"))) !== backup.manifest_sha256)
    add("backup_manifest", "differs from what the audit log recorded when the backup was taken");
  if (backup.system_id && manifest.systemId && manifest.systemId !== backup.system_id)
    add("backup_manifest", "belongs to another database system");
  const seen = new Set<string>();
  try {
    const archiveFile = path.join(backup.directory, "base.tar.gz");
    fs.accessSync(archiveFile);
    const stream = createGunzip();
    const packed = fs.createReadStream(archiveFile);
    packed.once("error", (error) => stream.destroy(error));
    packed.pipe(stream);
    for await (const entry of readTar(stream)) {
      if (entry.type !== "file") continue;
      const hash = createHash("sha256");
      let size = 0;
      for await (const piece of entry.body) {
        hash.update(piece);
        size += piece.length;
      }
      await progress?.(size);
      const known = manifest.files.get(entry.name);
      // These two are written after the manifest was begun and are not in it.
      if (!known) {
        if (entry.name !== "backup_manifest") add(entry.name, "is not in the manifest");
        continue;
      }
      seen.add(entry.name);
      if (known.size !== size) add(entry.name, `has ${size} bytes, the manifest says ${known.size}`);
      else if (known.sha256 && hash.digest("hex") !== known.sha256) add(entry.name, "differs from its checksum");
    }
    for (const name of manifest.files.keys()) if (!seen.has(name)) add(name, "is missing from the backup");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    add(
      "base.tar.gz",
      code === "ENOENT" ? "is missing" : code === "Z_BUF_ERROR" ? "was truncated" : `is damaged: ${messageOf(error)}`,
    );
  }
  for (const name of segmentsBetween(manifest.timeline, manifest.startLsn, manifest.stopLsn)) {
    const file = path.join(archive, name);
    if (!fs.existsSync(file)) add(name, "this WAL segment is missing from the archive");
    else if (backup.wal[name] && (await sha256Of(file)) !== backup.wal[name])
      add(name, "this WAL segment differs from what it was when the backup was taken");
  }
  return findings;
}

export async function verifyBackup(
  ctx: Ctx,
  id: string | null,
  progress: Progress,
): Promise<{ ok: boolean; findings: BackupFinding[]; id: string }> {
  const place = clusterPlace();
  const backup = await findBackup(id);
  const check = newId();
  const started = new Date();
  let done = 0;
  const findings = await inspect(backup, place.archive, async (bytes) => progress("reading every file", (done += bytes), null));
  await withScope({ ...ctx, scope: { kind: "all" } }, async (inner) => {
    await execute(
      inner.tx,
      sql`insert into console.backup_check (id, backup_id, kind, started_at, finished_at, ok, findings, by_whom)
          values (
            ${check}, ${backup.id}, 'VERIFY', ${started}, now(), ${findings.length === 0},
            ${JSON.stringify(findings.slice(0, 100))}::jsonb, ${ctx.actor.name}
          )`,
    );
    await record(inner, {
      action: "backup.verify",
      resource: "backup",
      resourceId: backup.id,
      details: { ok: findings.length === 0, findings: findings.length },
    });
  });
  return { ok: findings.length === 0, findings, id: backup.id };
}
