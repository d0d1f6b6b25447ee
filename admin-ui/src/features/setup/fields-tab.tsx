// The fields of an object: its own, and those that every record has.
import { useState } from "react";
import { ownFields } from "@/catalog/fields";
import type { FieldDef, ObjectDef } from "@/catalog/types";
import { TextInput } from "@/components/inputs";
import { t } from "@/lib/i18n";
import { inSentence } from "@/lib/text";
import { FieldTable } from "./field-table";

/** From so many fields on a search line helps more than it takes room. */
const MANY = 10;

interface FieldsTabProps {
  object: ObjectDef;
  onNew: () => void;
  onOpen: (field: FieldDef) => void;
}

export function FieldsTab({ object, onNew, onOpen }: FieldsTabProps) {
  const [text, setText] = useState("");
  const own = ownFields(object);
  const standard = object.fields.filter((f) => f.standard);
  const sought = (f: FieldDef) => `${f.label} ${f.name} ${f.kind}`.toLowerCase().includes(text.trim().toLowerCase());
  return (
    <>
      {own.length >= MANY && (
        <TextInput
          type="search"
          className="mb-4 max-w-72"
          placeholder={t("Find a field")}
          aria-label={t("Find a field")}
          value={text}
          onChange={(e) => setText(e.target.value)}
        />
      )}
      <FieldTable
        object={object}
        fields={own.filter(sought)}
        title={t("Fields")}
        empty={text ? t("No field matches “{text}”", { text }) : undefined}
        {...(object.system ? {} : { onOpen, onNew })}
      />
      {standard.some(sought) && (
        <FieldTable
          object={object}
          fields={standard.filter(sought)}
          title={t("Standard fields")}
          about={t("Every {label} has these.", { label: inSentence(object.label) })}
        />
      )}
    </>
  );
}
