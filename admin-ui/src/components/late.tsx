// A part of a page whose code comes when it is wanted: what one sees until it is here, and where it does not come.
import { CircleAlert } from "lucide-react";
import {
  type ComponentType,
  type ReactNode,
  startTransition,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { cx } from "@/lib/cx";
import { t } from "@/lib/i18n";
import { isOutdated } from "@/lib/outdated";
import { Notice, Skeleton } from "./bits";
import { Button } from "./button";

/** Whether it fills its place, is a line or two there, or opens over the page. */
type Look = "page" | "line" | "over";

type PropsOf<T> = T extends ComponentType<infer P> ? P : never;

/** A browser remembers of a module that it did not come: under another address it is fetched anew. */
async function fetched<M>(load: () => Promise<M>, tries: number): Promise<M> {
  try {
    return await load();
  } catch (error) {
    const [address] = /https?:\/\/\S+?\.js/.exec(String(error)) ?? [];
    if (!tries || !address) throw error;
    return (await import(/* @vite-ignore */ `${address}?again=${tries}`)) as M;
  }
}

interface Asked<P> {
  part: ComponentType<P> | undefined;
  failed: boolean;
  times: number;
}

/** What a module exports under a name, as a component that can be drawn before the module is here. */
export function late<M extends object, K extends keyof M>(
  load: () => Promise<M>,
  name: K,
  look: Look = "page",
  className?: string,
): ComponentType<PropsOf<M[K]>> {
  type Props = PropsOf<M[K]>;
  let here: ComponentType<Props> | undefined;
  let coming: Promise<ComponentType<Props>> | undefined;
  let tries = 0;

  async function arrive(): Promise<ComponentType<Props>> {
    try {
      const part = (await fetched(load, tries))[name];
      if (part === undefined) throw new Error(String(name));
      here = part as ComponentType<Props>;
      return here;
    } catch (error) {
      coming = undefined;
      tries += 1;
      throw error;
    }
  }
  /** On its way at once, and once for all who want it. */
  function begin(): Asked<Props> {
    if (!here) {
      coming ??= arrive();
      coming.catch(() => undefined);
    }
    return { part: here, failed: false, times: 0 };
  }

  return function Late(props: Props) {
    const [{ part: Part, failed, times }, set] = useState(begin);
    const isHere = Part !== undefined;
    useEffect(() => {
      if (isHere) return;
      let gone = false;
      coming ??= arrive();
      coming.then(
        // What has come is drawn in pieces, between which the browser answers to keys.
        (part) => gone || startTransition(() => set({ part, failed: false, times })),
        () => gone || set({ part: undefined, failed: true, times }),
      );
      return () => {
        gone = true;
      };
    }, [isHere, times]);
    if (Part) {
      const Here = Part as ComponentType<object>;
      return <Here {...(props as object)} />;
    }
    if (!failed) return <Coming look={look} className={className} />;
    const { onClose } = props as { onClose?: () => void };
    const again = () => set({ part: undefined, failed: false, times: times + 1 });
    return <NotHere {...{ look, className, again, onClose }} tried={times > 0} />;
  };
}

/** What is here sooner than this flashes nothing. */
const PATIENCE_MS = 150;

function Coming({ look, className }: { look: Look; className: string | undefined }) {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, []);
  const status = shown ? { role: "status", "aria-label": t("Loading") } : { "aria-busy": true };
  if (look === "line")
    return (
      <div {...status} className={cx("min-h-5 py-1", className)}>
        {shown && <Skeleton style={{ width: "40%" }} />}
      </div>
    );
  if (look === "page")
    return (
      <div {...status} className={cx("flex flex-1 flex-col gap-6 pt-3", className)}>
        {shown && [60, 45, 55, 40].map((width) => <Skeleton key={width} style={{ width: `${width}%` }} />)}
      </div>
    );
  return shown ? <Above /> : null;
}

/** Said above everything, dialogs that are open as well. */
function Above() {
  const ref = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => ref.current?.showPopover?.(), []);
  return (
    <div
      ref={ref}
      popover="manual"
      role="status"
      className="appear fixed inset-0 m-auto h-fit w-44 rounded-sheet bg-surface px-4 py-3 text-sm text-text-2 shadow-pop"
    >
      {t("Loading")}
      <Skeleton className="mt-2" />
    </div>
  );
}

interface NotHereProps {
  look: Look;
  className: string | undefined;
  /** It was asked for once more already. */
  tried: boolean;
  again: () => void;
  onClose: (() => void) | undefined;
}

function NotHere({ look, className, tried, again, onClose }: NotHereProps) {
  const [outdated, setOutdated] = useState(false);
  useEffect(() => void isOutdated().then(setOutdated), []);
  const title = t("This part could not be loaded.");
  const ways = (
    <>
      <Button look="outline" onClick={again}>
        {t("Try again")}
      </Button>
      {(outdated || tried) && (
        <Button look="outline" onClick={() => location.reload()}>
          {t("Load again")}
        </Button>
      )}
    </>
  );
  if (look === "line")
    return (
      <div
        role="alert"
        className={cx("flex flex-wrap items-center gap-x-2 gap-y-1 py-1 text-text-2 text-xs", className)}
      >
        {title} {ways}
      </div>
    );
  const about = (
    <>
      {outdated
        ? t("There is a newer version of these pages. Once they are loaded again, what is not saved is gone.")
        : t("Check your connection, then try again.")}
      <div className="mt-3 flex flex-wrap gap-2">
        {ways}
        {onClose && <Button onClick={onClose}>{t("Cancel")}</Button>}
      </div>
    </>
  );
  if (look === "over")
    return (
      <Modal title={title} onClose={onClose}>
        {about}
      </Modal>
    );
  return (
    <div className={cx("flex-1", className)}>
      <Notice title={title}>{about}</Notice>
    </div>
  );
}

interface ModalProps {
  title: string;
  onClose: (() => void) | undefined;
  children: ReactNode;
}

/** As small a dialog as there can be: the one of the kit may be what did not come. */
function Modal({ title, onClose, children }: ModalProps) {
  const ref = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const dialog = ref.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={ref}
      aria-label={title}
      className="scrim appear pointer-events-auto m-auto w-104 max-w-[calc(100vw-16px)] rounded-sheet bg-surface p-4 text-text shadow-pop"
      onCancel={(event) => {
        event.preventDefault();
        onClose?.();
      }}
    >
      <div role="alert" className="text-sm">
        <h2 className="flex items-center gap-2 font-semibold">
          <CircleAlert size={16} className="text-red" />
          {title}
        </h2>
        <div className="ps-6 text-text-2">{children}</div>
      </div>
    </dialog>
  );
}
