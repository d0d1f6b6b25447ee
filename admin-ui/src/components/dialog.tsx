// Modal dialogs on the browser's own <dialog>: focus stays inside, Esc closes, the rest of the page is inert.
import { X } from "lucide-react";
import { type FormEvent, type ReactNode, useEffect, useId, useRef } from "react";
import { cx } from "@/lib/cx";
import { t } from "@/lib/i18n";
import { IconButton } from "./button";

interface DialogProps {
  onClose: () => void;
  title: ReactNode;
  children: ReactNode;
  footer?: ReactNode;
  /** A panel at the end of the screen for forms, a small box for questions, a palette near the top for the command menu. */
  shape?: "drawer" | "box" | "palette";
  width?: string;
  onSubmit?: () => void;
  mark?: ReactNode;
  /** There is only something to read in it: the keyboard scrolls it. */
  reading?: boolean;
}

const SHAPES = {
  drawer:
    "slide-in ms-auto me-0 my-0 h-dvh max-h-dvh w-full max-w-full phone:me-2 phone:my-2 phone:h-[calc(100dvh-16px)] phone:rounded-sheet",
  box: "appear w-full max-w-[calc(100vw-16px)] max-h-[calc(100dvh-32px)] rounded-sheet",
  palette: "mt-[8dvh] mb-auto phone:mt-[14dvh] w-full max-w-[calc(100vw-16px)] max-h-[72dvh] rounded-menu",
};

export function Dialog(props: DialogProps) {
  const { onClose, title, children, footer, shape = "box", width, onSubmit, mark } = props;
  const ref = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  /** Whether something was typed or chosen, and whether the pointer went down beside the dialog. */
  const touched = useRef(false);
  const outside = useRef(false);

  useEffect(() => {
    const dialog = ref.current;
    const before = document.activeElement as HTMLElement | null;
    if (dialog && !dialog.open) {
      dialog.showModal();
      dialog.querySelector<HTMLElement>("[data-autofocus]")?.focus();
    }
    return () => {
      dialog?.close();
      before?.focus?.({ preventScroll: true });
    };
  }, []);

  function submit(event: FormEvent) {
    event.preventDefault();
    event.stopPropagation();
    onSubmit?.();
  }

  const body = (
    <>
      {shape === "palette" ? (
        <h2 id={titleId} className="sr-only">
          {title}
        </h2>
      ) : (
        <header className="flex h-12 shrink-0 items-center gap-2 border-line border-b ps-4 pe-2">
          {mark}
          <h2 id={titleId} className="min-w-0 flex-1 truncate font-semibold text-base">
            {title}
          </h2>
          <IconButton label={t("Close")} onClick={onClose}>
            <X size={16} />
          </IconButton>
        </header>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls and holds nothing to press must be reached by Tab. */}
      <div
        tabIndex={props.reading ? 0 : undefined}
        className={cx("min-h-0 flex-1 overflow-y-auto overscroll-contain", shape !== "palette" && "px-4 py-4")}
      >
        {children}
      </div>
      {footer && (
        <footer className="flex min-h-12 shrink-0 flex-wrap items-center justify-end gap-2 border-line border-t px-4 py-2">
          {footer}
        </footer>
      )}
    </>
  );

  return (
    <dialog
      ref={ref}
      aria-labelledby={titleId}
      style={width ? { width } : undefined}
      className={cx(
        "scrim pointer-events-auto flex flex-col overflow-hidden bg-surface text-start text-text shadow-pop",
        SHAPES[shape],
      )}
      onCancel={(event) => {
        if (event.target !== ref.current) return;
        event.preventDefault();
        onClose();
      }}
      onInput={() => {
        touched.current = true;
      }}
      onPointerDown={(event) => {
        outside.current = event.target === ref.current;
      }}
      onClick={(event) => {
        if (event.target instanceof Element && event.target.closest("[role=option], [role=switch], [role=radio]"))
          touched.current = true;
        // A selection that ends beside the dialog is no press there, and a slip of the pointer loses no work.
        const loses = Boolean(onSubmit) && touched.current;
        if (event.target === ref.current && outside.current && !loses) onClose();
      }}
      onKeyDown={(event) => {
        if (onSubmit && event.key === "Enter" && (event.metaKey || event.ctrlKey)) {
          event.preventDefault();
          onSubmit();
        }
      }}
    >
      {onSubmit ? (
        <form noValidate className="flex min-h-0 flex-1 flex-col" onSubmit={submit}>
          {body}
        </form>
      ) : (
        body
      )}
    </dialog>
  );
}
