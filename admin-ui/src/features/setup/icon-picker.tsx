// Choosing an icon for an object, from the larger set.
import { useEffect, useState } from "react";
import { loadMoreIcons, moreIcons, nearIcons } from "@/catalog/icons";
import { Glyph } from "@/components/bits";
import { TextInput } from "@/components/inputs";
import { useCell } from "@/lib/cell";
import { cx } from "@/lib/cx";
import { t } from "@/lib/i18n";

interface IconPickerProps {
  value: string;
  hue: number;
  onChange: (name: string) => void;
}

export function IconPicker({ value, hue, onChange }: IconPickerProps) {
  const [text, setText] = useState("");
  const more = useCell(moreIcons);
  useEffect(loadMoreIcons, []);
  const icons = Object.entries({ ...nearIcons, ...more }).filter(([name]) =>
    name.includes(text.toLowerCase().trim().replace(/ /g, "-")),
  );
  return (
    <div className="flex flex-col gap-2 rounded-control border border-line p-2">
      <TextInput
        type="search"
        className="h-7"
        placeholder={t("Find an icon")}
        aria-label={t("Find an icon")}
        value={text}
        onChange={(e) => setText(e.target.value)}
      />
      <div
        role="radiogroup"
        aria-label={t("Icon")}
        className="grid max-h-36 grid-cols-[repeat(auto-fill,minmax(32px,1fr))] gap-0.5 overflow-y-auto"
      >
        {icons.map(([name, Icon]) => (
          <button
            key={name}
            type="button"
            role="radio"
            aria-checked={value === name}
            aria-label={name.replace(/-/g, " ")}
            title={name.replace(/-/g, " ")}
            className={cx(
              "inline-flex h-8 items-center justify-center rounded-control text-text-2 hover:bg-hover hover:text-text",
              value === name && "ring-2 ring-accent ring-inset",
            )}
            onClick={() => onChange(name)}
          >
            {value === name ? <Glyph icon={Icon} hue={hue} size={22} /> : <Icon size={16} />}
          </button>
        ))}
        {icons.length === 0 && <p className="col-span-full py-4 text-center text-text-3">{t("No icon matches")}</p>}
      </div>
    </div>
  );
}
