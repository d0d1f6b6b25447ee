// The lines of an app's navigation, in their order: each opens an object, or one of its views.
import { useRef, useState } from "react";
import { useCatalog } from "@/catalog/catalog";
import { objectIcon } from "@/catalog/icons";
import { AddPicker } from "@/components/add-picker";
import { Glyph } from "@/components/bits";
import { TextInput } from "@/components/inputs";
import type { Choice } from "@/components/picker";
import { moved, RowTools } from "@/components/row-tools";
import { Select } from "@/components/select";
import { objectHue } from "@/lib/hues";
import { t } from "@/lib/i18n";

export interface ItemDraft {
  object: string;
  view?: string;
  label?: string;
}

interface AppItemsProps {
  items: ItemDraft[];
  error: string | undefined;
  onChange: (items: ItemDraft[]) => void;
}

export function AppItems({ items, error, onChange }: AppItemsProps) {
  // A line stays the same one whatever it opens and wherever it stands, so that the keyboard stays in it.
  const made = useRef(items.length);
  const [keys, setKeys] = useState(() => items.map((_, at) => at));
  const change = (at: number, patch: Partial<ItemDraft>) =>
    onChange(items.map((item, i) => (i === at ? { ...item, ...patch } : item)));
  function move(at: number, to: number) {
    setKeys(moved(keys, at, to));
    onChange(moved(items, at, to));
  }
  return (
    <div className="flex flex-col gap-1.5">
      <h3 className="font-medium text-text-2 text-xs">{t("What its navigation holds")}</h3>
      {items.length > 0 && (
        <ol
          aria-label={t("What its navigation holds")}
          className="flex flex-col divide-y divide-line rounded-control border border-line"
        >
          {items.map((item, at) => (
            <li key={keys[at]} className="flex flex-wrap items-center gap-2 py-1.5 ps-2.5 pe-1">
              <Item item={item} items={items} onChange={(patch) => change(at, patch)}>
                {(name) => (
                  <RowTools
                    name={name}
                    at={at}
                    count={items.length}
                    onMove={(to) => move(at, to)}
                    onRemove={() => {
                      setKeys(keys.filter((_, i) => i !== at));
                      onChange(items.filter((_, i) => i !== at));
                    }}
                  />
                )}
              </Item>
            </li>
          ))}
        </ol>
      )}
      {error && (
        <p role="alert" className="text-red text-xs">
          {error}
        </p>
      )}
      <AddItem
        items={items}
        onAdd={(item) => {
          setKeys([...keys, made.current++]);
          onChange([...items, item]);
        }}
      />
    </div>
  );
}

interface ItemProps {
  item: ItemDraft;
  items: ItemDraft[];
  onChange: (patch: Partial<ItemDraft>) => void;
  children: (name: string) => React.ReactNode;
}

function Item({ item, items, onChange, children }: ItemProps) {
  const catalog = useCatalog();
  const object = catalog.object(item.object);
  const views = catalog.viewsOf(item.object);
  const slug = (name: string) => name.split(".").slice(1).join(".");
  const others = items.filter((one) => one !== item && one.object === item.object).map((one) => one.view ?? "");
  const name = item.label || object?.plural_label || item.object;
  return (
    <>
      {object && <Glyph icon={objectIcon(object)} hue={objectHue(object.name)} size={20} />}
      <TextInput
        className="h-7 min-w-28 flex-1"
        maxLength={80}
        aria-label={t("Label of {name}", { name: object?.plural_label ?? item.object })}
        placeholder={views.find((view) => slug(view.name) === item.view)?.label ?? object?.plural_label ?? item.object}
        value={item.label ?? ""}
        onChange={(e) => onChange({ label: e.target.value })}
      />
      <Select
        className="w-40"
        label={t("View of {name}", { name })}
        placeholder={t("First view")}
        choices={[
          { id: "", label: t("First view") },
          ...views.map((view) => ({ id: slug(view.name), label: view.label })),
        ].filter((choice) => !others.includes(choice.id))}
        value={[item.view ?? ""]}
        onChange={(next) => onChange({ view: next[0] ?? "" })}
      />
      <span className="flex">{children(name)}</span>
    </>
  );
}

function AddItem({ items, onAdd }: { items: ItemDraft[]; onAdd: (item: ItemDraft) => void }) {
  const catalog = useCatalog();
  const free = (object: string) => !items.some((item) => item.object === object && !item.view);
  const choices: Choice[] = catalog.objects
    .filter((object) => !object.system)
    .map((object) => ({
      id: object.name,
      label: object.plural_label,
      disabled: !free(object.name),
      icon: <Glyph icon={objectIcon(object)} hue={objectHue(object.name)} size={18} />,
    }));
  return <AddPicker label={t("Add object")} choices={choices} onPick={(id) => onAdd({ object: id })} />;
}
