import type { Late } from "~/observability/current.server.ts";
import { Notice } from "~/ui/feedback/empty.tsx";
import { Ago } from "~/ui/time/time.tsx";

/** Says how old what is shown is, where the server could not be asked for it now. */
export function StaleNotice({ late }: { late: Late | null }) {
  if (!late) return null;
  return (
    <Notice tone="warn" title="The server does not answer right now.">
      These values are from the collector's last sample, <Ago at={late.at} />. {late.reason}
    </Notice>
  );
}
