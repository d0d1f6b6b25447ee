// Keys as they stand on the keyboard.
export function Kbd({ keys }: { keys: string[] }) {
  return (
    <span className="inline-flex gap-0.5" aria-hidden="true">
      {keys.map((key, i) => (
        <kbd
          key={`${key}${i}`}
          className="inline-flex h-4.5 min-w-4.5 items-center justify-center rounded-tag border border-line bg-sunken px-1 font-medium font-sans text-2xs text-text-2"
        >
          {key}
        </kbd>
      ))}
    </span>
  );
}
