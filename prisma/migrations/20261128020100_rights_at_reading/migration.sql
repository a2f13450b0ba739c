-- What a job leaves behind is read by whoever may do what the job did, at the moment of reading.
ALTER TABLE "console"."job" ADD COLUMN "permission" TEXT;
UPDATE console.job SET permission = CASE
  WHEN kind IN ('resource.import', 'resource.bulk') THEN 'platform.manage'
  WHEN kind = 'tenant.archive' THEN 'tenants.manage'
  WHEN kind = 'audit.verify' THEN 'audit.verify'
  WHEN kind LIKE 'backup.%' THEN 'database.act'
END;

-- A shared view is for those who may see what it was made of: the tenants of whoever shared it, or everywhere.
ALTER TABLE "console"."saved_view" ADD COLUMN "everywhere" BOOLEAN NOT NULL DEFAULT true;
ALTER TABLE "console"."saved_view" ADD COLUMN "tenant_ids" UUID[] NOT NULL DEFAULT ARRAY[]::UUID[];
UPDATE console.saved_view v
SET everywhere = false,
    tenant_ids = array(SELECT a.college_id FROM console.staff_assignment a WHERE a.staff_id = v.staff_id)
FROM console.staff s
WHERE s.id = v.staff_id AND s.role IN ('TENANT_MANAGER', 'PROCTOR');
