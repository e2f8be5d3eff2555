/** A bell in its arch. */
export function Logo({ size = 22 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d="M3 22V10.5a9 9 0 0 1 18 0V22" fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round" />
      <path
        d="M12 7.2c-2.5 0-3.9 1.8-4.1 4.3-.2 2.7-.6 3.6-1.5 4.6-.4.5-.1 1.1.5 1.1h10.2c.6 0 .9-.6.5-1.1-.9-1-1.3-1.9-1.5-4.6-.2-2.5-1.6-4.3-4.1-4.3Z"
        fill="var(--bronze)"
      />
      <path d="M12 4.6v2.6" stroke="var(--bronze)" strokeWidth="1.6" strokeLinecap="round" />
      <path d="M10.3 19a1.8 1.8 0 0 0 3.4 0Z" fill="var(--bronze)" />
    </svg>
  );
}
