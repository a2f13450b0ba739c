import type { BackupReport } from "~/observability/backups/report.server.ts";
import { Page } from "~/ui/layout/page.tsx";
import { Panel, WithAside } from "~/ui/layout/panel.tsx";
import { Archive } from "./archive.tsx";

/** Of a server that is only watched: what can be seen from outside, and what can't be done from here. */
export function WatchedBackups({ data }: { data: BackupReport }) {
  return (
    <Page
      title="Invigil does not back up this server."
      context="It only watches it. What can be seen from outside is whether its WAL is archived."
    >
      <WithAside aside={<Archive data={data} />}>
        <Panel title="Not available here">
          <div className="flex max-w-[70ch] flex-col gap-2">
            <p>
              Backups, verification, restore drills and restoring one tenant need the files of the server and a replication login.
              Invigil has a login with pg_monitor, and writes nothing there.
            </p>
            <p>
              Keep what backs it up today (pg_basebackup, pgBackRest, Barman, your provider), and test a restore regularly: a
              backup counts only once it has been restored.
            </p>
          </div>
        </Panel>
      </WithAside>
    </Page>
  );
}
