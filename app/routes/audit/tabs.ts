import { may, type Permission } from "~/access/policy.ts";
import type { Tab } from "~/ui/layout/page.tsx";

const TABS: (Tab & { permission: Permission })[] = [
  { to: "/audit", label: "Log", end: true, permission: "audit.read" },
  { to: "/audit/integrity", label: "Proof", permission: "audit.verify" },
  { to: "/audit/access", label: "Access review", permission: "staff.read" },
];

export const auditTabs = (role: string): Tab[] => TABS.filter((tab) => may(role, tab.permission));
