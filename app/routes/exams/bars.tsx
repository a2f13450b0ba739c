import { count } from "~/platform/format.ts";

/** A histogram drawn on the server: it is there before any script, and the numbers are in its table. */
export function Bars({
  bars,
  label,
  height = 150,
}: {
  bars: { label: string; tick: string; value: number }[];
  label: string;
  height?: number;
}) {
  const top = Math.max(1, ...bars.map((bar) => bar.value));
  const width = 100 / Math.max(1, bars.length);
  return (
    <figure className="m-0">
      <svg width="100%" height={height + 18} role="img" aria-label={label}>
        <line x1="0" x2="100%" y1={height} y2={height} stroke="var(--hairline)" />
        {bars.map((bar, index) => {
          const tall = (bar.value / top) * (height - 16);
          return (
            <g key={bar.label}>
              <rect
                x={`${index * width + width * 0.12}%`}
                width={`${width * 0.76}%`}
                y={height - tall}
                height={tall}
                rx="2"
                fill="var(--s-2)"
              >
                <title>{`${bar.label}: ${bar.value}`}</title>
              </rect>
              {bar.value > 0 && (
                <text
                  x={`${(index + 0.5) * width}%`}
                  y={height - tall - 4}
                  textAnchor="middle"
                  fontSize="10.5"
                  fill="var(--muted)"
                >
                  {count(bar.value)}
                </text>
              )}
              {bar.tick && (
                <text x={`${(index + 0.5) * width}%`} y={height + 14} textAnchor="middle" fontSize="11" fill="var(--muted)">
                  {bar.tick}
                </text>
              )}
            </g>
          );
        })}
      </svg>
      <details className="mt-1 text-[12px]">
        <summary className="w-fit text-muted hover:text-ink">as a table</summary>
        <table className="rows mt-1 max-w-80">
          <tbody>
            {bars.map((bar) => (
              <tr key={bar.label}>
                <td>{bar.label}</td>
                <td className="num">{count(bar.value)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}
