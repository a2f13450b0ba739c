import { useNavigate } from "@remix-run/react";
import { useEffect, useRef, useState, type PointerEvent, type ReactNode } from "react";
import { useShownRange } from "~/ui/time/shown-range.tsx";
import { draggedSpan, selectionOf } from "./plot.ts";

/** Drag over a chart to show that span on the whole page. On a touch screen a drag scrolls; the form in the menu does the same. */
export function DragZoom({ from, to, children }: { from: number; to: number; children: ReactNode }) {
  const shown = useShownRange();
  const navigate = useNavigate();
  const box = useRef<HTMLDivElement>(null);
  const [drag, setDrag] = useState<{ start: number; end: number; width: number } | null>(null);
  const dragging = drag !== null;
  useEffect(() => {
    if (!dragging) return undefined;
    const cancel = (event: KeyboardEvent) => event.key === "Escape" && setDrag(null);
    document.addEventListener("keydown", cancel);
    return () => document.removeEventListener("keydown", cancel);
  }, [dragging]);
  if (!shown) return children;
  const x = (event: PointerEvent) => event.clientX - box.current!.getBoundingClientRect().left;
  const finish = () => {
    const span = drag && draggedSpan(drag, from, to);
    setDrag(null);
    if (span) void navigate(shown.linkTo(span), { preventScrollReset: true });
  };
  return (
    <div
      ref={box}
      className={`relative cursor-crosshair ${drag ? "select-none" : ""}`}
      // The drawing takes the focus when it is pressed, and would wear its ring.
      onMouseDown={(event) => event.preventDefault()}
      onPointerDown={(event) => {
        if (event.button !== 0 || event.pointerType === "touch") return;
        // A drag that leaves the chart goes on, and ends wherever the button is let go.
        event.currentTarget.setPointerCapture(event.pointerId);
        setDrag({ start: x(event), end: x(event), width: box.current!.clientWidth });
      }}
      onPointerMove={(event) => drag && setDrag({ ...drag, end: x(event) })}
      onPointerUp={finish}
      onPointerCancel={() => setDrag(null)}
    >
      {children}
      {drag && (
        <div
          aria-hidden
          className="pointer-events-none absolute inset-y-0 border-x border-accent bg-accent/15"
          style={selectionOf(drag)}
        />
      )}
    </div>
  );
}
