// Relations to other records: their name with the glyph of their object, found by typing.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useRef, useState } from "react";
import { useRecordName, useRecordNames } from "@/api/names";
import { messageOf } from "@/api/problem";
import { createRecord, listRecords } from "@/api/records";
import { mayCreate, useCatalog } from "@/catalog/catalog";
import { nameIsEnough, nameSource } from "@/catalog/fields";
import { objectIcon } from "@/catalog/icons";
import type { FieldDef, ObjectDef } from "@/catalog/types";
import { Avatar, Glyph } from "@/components/bits";
import type { Choice } from "@/components/picker";
import { Select } from "@/components/select";
import { toast, toastError } from "@/components/toast";
import { cx } from "@/lib/cx";
import { objectHue } from "@/lib/hues";
import { t } from "@/lib/i18n";
import { inSentence } from "@/lib/text";
import { useDebounced } from "@/lib/use-debounced";
import type { InputProps } from "./kind";

/** A related record as fields hold it. */
export interface Ref {
  id: string;
  name?: string | undefined;
  object?: string | undefined;
}

export function isRef(value: unknown): value is Ref {
  return typeof value === "object" && value !== null && typeof (value as Ref).id === "string";
}

export function targetOf(field: FieldDef): string | undefined {
  return Array.isArray(field.to) ? field.to[0] : field.to;
}

/** People show their initials, everything else the glyph of its object. */
export function RecordMark({
  object,
  name,
  size = 16,
}: {
  object: ObjectDef | undefined;
  name: string;
  size?: number;
}) {
  if (!object || object.system) return <Avatar name={name} size={size + 2} />;
  return <Glyph icon={objectIcon(object)} hue={objectHue(object.name)} size={size + 2} />;
}

export function RefDisplay({ target, compact }: { target: Ref & { object: string }; compact?: boolean | undefined }) {
  const object = useCatalog().object(target.object);
  const known = useRecordName(target.name === undefined ? object : undefined, target.id);
  const name = target.name ?? known;
  const inside = (
    <>
      <RecordMark object={object} name={name ?? ""} />
      {name === undefined ? (
        <span className="skeleton h-3 w-20" />
      ) : (
        <span className="truncate">{name || t("Unnamed")}</span>
      )}
    </>
  );
  const look = "inline-flex min-w-0 max-w-full items-center gap-1.5";
  if (compact || !object || object.system) return <span className={look}>{inside}</span>;
  return (
    <Link
      to="/o/$plural/$id"
      params={{ plural: object.plural, id: target.id }}
      onClick={(event) => event.stopPropagation()}
      className={cx(look, "rounded-tag underline-offset-2 hover:underline")}
    >
      {inside}
    </Link>
  );
}

/** Records of an object whose name contains the typed text. */
export function useRecordSearch(object: ObjectDef | undefined, text: string, enabled = true) {
  const settled = useDebounced(text.trim(), 160);
  const query = useQuery({
    queryKey: ["lookup", object?.name, settled],
    enabled: enabled && Boolean(object),
    staleTime: 15_000,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }): Promise<Ref[]> => {
      if (!object) return [];
      const page = await listRecords(
        object,
        {
          fields: ["id", "name"],
          limit: 20,
          sort: ["name"],
          filter: settled ? { name: { contains: settled } } : null,
        },
        signal,
      );
      return page.records.map((r) => ({ id: r.id, name: String(r.name ?? ""), object: object.name }));
    },
  });
  return { ...query, settled };
}

/** Stands among the found records for one that is yet to be made. */
const NEW = "new";

interface RecordSelectProps extends Pick<InputProps, "id" | "describedBy" | "invalid" | "onDone"> {
  object: ObjectDef | undefined;
  label: string;
  value: Ref[];
  onChange: (value: Ref[]) => void;
  multiple?: boolean;
  clearable?: boolean;
  /** What is not found may be made, where its name is all that it needs. */
  creatable?: boolean;
  className?: string;
}

export function RecordSelect({ object, label, value, onChange, multiple, onDone, ...props }: RecordSelectProps) {
  const { creatable, ...rest } = props;
  const [text, setText] = useState("");
  // What is made is chosen beside what was said meanwhile, not beside what was said when it was asked for.
  const latest = useRef({ value, onChange });
  latest.current = { value, onChange };
  const found = useRecordSearch(object, text);
  const refs = found.data ?? [];
  // Some are known by their id alone, such as what a formula has filled in.
  const names = useRecordNames(
    object,
    value.filter((ref) => ref.name === undefined).map((ref) => ref.id),
  );
  const named = value.map((ref) => (ref.name === undefined ? { ...ref, name: names[ref.id] } : ref));
  const typed = text.trim();
  const isThere = refs.some((ref) => ref.name?.toLowerCase() === typed.toLowerCase());
  const lacks = creatable && typed && found.settled === typed && found.isSuccess && !found.isFetching && !isThere;
  const made = lacks && object && mayCreate(object) && nameIsEnough(object, []) ? object : undefined;

  async function make(target: ObjectDef) {
    try {
      const record = await createRecord(target, { [nameSource(target) ?? "name"]: typed });
      const said = latest.current;
      said.onChange([
        ...(multiple ? said.value : []),
        { id: record.id, name: String(record.name ?? typed), object: target.name },
      ]);
      toast(t("Created {name}", { name: typed }));
    } catch (error) {
      toastError(messageOf(error));
    }
  }

  const choice = (ref: Ref): Choice => ({
    id: ref.id,
    label: ref.name || t("Unnamed"),
    icon: <RecordMark object={object} name={ref.name ?? ""} />,
  });
  return (
    <Select
      {...rest}
      {...(multiple ? { multiple } : {})}
      label={label}
      startOpen={Boolean(onDone)}
      {...(onDone ? { onClosed: onDone } : {})}
      placeholder={object ? t("Find {object}", { object: inSentence(object.label) }) : t("Choose")}
      choices={[
        ...refs.map(choice),
        ...(made
          ? [
              {
                id: NEW,
                label: t("Create {object} “{text}”", { object: inSentence(made.label), text: typed }),
                icon: <Plus size={16} className="text-text-2" />,
              },
            ]
          : []),
      ]}
      chosen={named.map((ref) => (ref.name === undefined ? { ...choice(ref), label: "…" } : choice(ref)))}
      value={value.map((v) => v.id)}
      onSearch={setText}
      busy={found.isFetching && !refs.length}
      empty={
        found.isError
          ? t("The search failed")
          : t("No {objects} match", { objects: object ? inSentence(object.plural_label) : t("records") })
      }
      onChange={(ids) => {
        if (made && ids.includes(NEW)) return void make(made);
        const pool = [...value, ...refs];
        onChange(ids.map((id) => pool.find((r) => r.id === id)).filter((r): r is Ref => Boolean(r)));
      }}
    />
  );
}
