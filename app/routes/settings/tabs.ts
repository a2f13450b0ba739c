import { may, type Permission } from "~/access/policy.ts";
import type { Tab } from "~/ui/layout/page.tsx";

const TABS: (Tab & { permission: Permission })[] = [
  { to: "/settings/security", label: "Security", permission: "self" },
  { to: "/settings/sessions", label: "Sessions", permission: "self" },
  { to: "/settings/staff", label: "Staff", permission: "staff.read" },
  { to: "/settings/api-keys", label: "API keys", permission: "apikeys.read" },
  { to: "/settings/retention", label: "Retention", permission: "platform.read" },
  { to: "/settings/alerts", label: "Notifications", permission: "database.read" },
];

export const settingsTabs = (role: string): Tab[] => TABS.filter((tab) => may(role, tab.permission));
