/** Who agrees with whom, in a circle: the thicker the line, the less likely by chance. */
export function RingGraph({
  nodes,
  edges,
}: {
  nodes: { id: string; label: string }[];
  edges: { a: string; b: string; weight: number }[];
}) {
  const size = 200;
  const radius = 72;
  const at = new Map(
    nodes.map((node, index) => {
      const angle = (index / nodes.length) * 2 * Math.PI - Math.PI / 2;
      return [node.id, { x: size / 2 + radius * Math.cos(angle), y: size / 2 + radius * Math.sin(angle) }] as const;
    }),
  );
  const top = Math.max(1, ...edges.map((edge) => edge.weight));
  return (
    <svg
      viewBox={`0 0 ${size} ${size}`}
      className="mx-auto block h-[180px]"
      role="img"
      aria-label={`${nodes.length} candidates, ${edges.length} pairs that stand out`}
    >
      {edges.map((edge) => {
        const a = at.get(edge.a);
        const b = at.get(edge.b);
        return a && b ? (
          <line
            key={`${edge.a}${edge.b}`}
            x1={a.x}
            y1={a.y}
            x2={b.x}
            y2={b.y}
            stroke="var(--s-4)"
            strokeWidth={1 + (edge.weight / top) * 3}
            strokeOpacity={0.7}
          />
        ) : null;
      })}
      {nodes.slice(0, 40).map((node) => {
        const p = at.get(node.id)!;
        return (
          <g key={node.id}>
            <circle cx={p.x} cy={p.y} r={20} fill="var(--panel)" stroke="var(--muted)" />
            <text x={p.x} y={p.y + 4} textAnchor="middle" fontSize="11.5" fill="var(--ink)">
              {node.label}
            </text>
          </g>
        );
      })}
    </svg>
  );
}
