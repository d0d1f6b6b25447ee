// The mark of the product.
export function Logo({ size = 24 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" className="shrink-0">
      <rect width="32" height="32" rx="8" className="fill-accent" />
      <g fill="none" stroke="#fff" strokeWidth="2.2" strokeLinecap="round">
        <path d="M8 8l16 16M16 8l8 8M8 16l8 8" />
        <path d="M24 8L8 24M16 8l-8 8M24 16l-8 8" opacity=".55" />
      </g>
    </svg>
  );
}
