// A link to a record, for places that draw hundreds of them. The router's own link asks anew for every one of them, at
// each drawing, where it goes and whether one is there already; this one knows, and goes the same way when it is pressed.
import { useRouter } from "@tanstack/react-router";
import type { AnchorHTMLAttributes, MouseEvent, Ref } from "react";

interface RecordLinkProps extends Omit<AnchorHTMLAttributes<HTMLAnchorElement>, "href"> {
  plural: string;
  id: string;
  ref?: Ref<HTMLAnchorElement>;
}

/** What the browser does by itself with a link: other tabs, other windows, saving. */
const isForBrowser = (event: MouseEvent): boolean =>
  event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;

export function RecordLink({ plural, id, onClick, ...rest }: RecordLinkProps) {
  const router = useRouter();
  const target = { to: "/o/$plural/$id", params: { plural, id } } as const;
  return (
    <a
      {...rest}
      href={`/o/${plural}/${id}`}
      onClick={(event) => {
        onClick?.(event);
        if (event.defaultPrevented || isForBrowser(event)) return;
        event.preventDefault();
        void router.navigate(target);
      }}
      onPointerEnter={() => void router.preloadRoute(target)}
    />
  );
}
