export function Mark({ size = 18 }: { size?: number }) {
  return (
    <span
      aria-hidden
      className="inline-flex items-center justify-center rounded-[5px] bg-accent"
      style={{ width: size, height: size }}
    >
      <span className="rounded-full border-[2px] border-on-accent" style={{ width: size * 0.55, height: size * 0.55 }} />
    </span>
  );
}
