import type { LockNode } from "~/observability/locks/tree.ts";
import { milliseconds, seconds } from "~/platform/format.ts";
import { Badge } from "~/ui/feedback/badge.tsx";
import { SignalLinks } from "./signal-form.tsx";
import { QueryLine } from "./sql-text.tsx";

const bare = (text: string) => text.replaceAll("public.", "");

/** One session of the tree: the root in rose, because everybody below waits for it. */
export function LockBranch({
  node,
  target,
  mayAct,
  depth = 0,
}: {
  node: LockNode;
  target: string;
  mayAct: boolean;
  depth?: number;
}) {
  const root = depth === 0;
  return (
    <li>
      <div
        className={`flex flex-wrap items-baseline gap-x-3 gap-y-1 border-t px-3.5 py-2.5 ${root ? "bg-bad-soft" : ""}`}
        style={{ paddingLeft: 14 + Math.min(depth, 6) * 22 }}
      >
        {!root && (
          <span aria-hidden className="text-faint">
            └
          </span>
        )}
        {node.pid !== 0 && <span className="mono font-[560]">{node.pid}</span>}
        <span>
          {node.app ?? node.username ?? "a session"}
          {node.tenant ? ` of ${node.tenant}` : ""}
        </span>
        {root ? (
          <>
            <Badge tone="bad">Blocks</Badge>
            <span>
              {node.state}
              {node.transactionMs !== null && `, transaction open for ${seconds(node.transactionMs / 1000)}`}
            </span>
            {node.holds.length > 0 && <span className="text-muted">holds {node.holds.slice(0, 3).map(bare).join(", ")}</span>}
          </>
        ) : (
          <span>
            waits {node.waitingMs !== null && milliseconds(node.waitingMs)} for {node.wants ? bare(node.wants) : "a lock"}
          </span>
        )}
        <span className="min-w-0 basis-full truncate md:basis-auto md:max-w-[50ch]">
          <QueryLine id={node.queryId === "0" ? null : node.queryId} text={node.query} length={100} />
        </span>
        {node.prepared !== null && (
          <code className="ml-auto">ROLLBACK PREPARED &apos;{node.prepared.split(", ")[0]!.replaceAll("'", "''")}&apos;;</code>
        )}
        {mayAct && node.pid !== 0 && (
          <span className="ml-auto">
            <SignalLinks pid={node.pid} start={node.backendStart} target={target} cancel={node.state === "active"} />
          </span>
        )}
      </div>
      {node.waiters.length > 0 && (
        <ul>
          {node.waiters.map((waiter) => (
            <LockBranch key={waiter.pid} node={waiter} target={target} mayAct={mayAct} depth={depth + 1} />
          ))}
        </ul>
      )}
    </li>
  );
}
