// Text that points somewhere: mail, phone, web. In a table it stays text, so that clicks mean the row.
import { safeUrl } from "@/lib/html";
import { type DisplayProps, isEmpty } from "./kind";

export function linkDisplay(href: (value: string) => string | null, text: (value: string) => string = (v) => v) {
  return function LinkDisplay({ value, compact }: DisplayProps) {
    if (isEmpty(value)) return null;
    const shown = text(String(value));
    const to = href(String(value));
    if (compact || !to) return <span className="num truncate">{shown}</span>;
    return (
      <a
        href={to}
        target={to.startsWith("http") ? "_blank" : undefined}
        rel="noopener noreferrer"
        className="num break-all text-accent-text underline-offset-2 hover:underline"
        onClick={(event) => event.stopPropagation()}
      >
        {shown.split(/(?<=@)/).map((part, i) => (
          <span key={i} className="inline-block max-w-full">
            {part}
          </span>
        ))}
      </a>
    );
  };
}

/** A web address without what everyone knows: protocol, www, last slash. */
export const shortUrl = (url: string): string => url.replace(/^https?:\/\/(www\.)?/i, "").replace(/\/$/, "");

export { safeUrl };
