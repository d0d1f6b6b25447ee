// The language that texts are in, so that search finds the forms of a word by one another. Which there are, the server says.
import { useQuery } from "@tanstack/react-query";
import { load } from "@/api/client";
import { Select } from "@/components/select";
import { locale, t } from "@/lib/i18n";

interface Schema {
  properties: { language: { enum: string[] } };
}

/** A language's name in the language of who reads it. */
export function languageName(code: string): string {
  if (code === "none") return t("No particular language");
  return new Intl.DisplayNames([locale], { type: "language" }).of(code) ?? code;
}

interface LanguageSelectProps {
  id: string;
  label: string;
  value: string | undefined;
  /** What it says while nothing is chosen; without it something must be. */
  otherwise?: string;
  onChange: (code: string | undefined) => void;
}

export function LanguageSelect({ id, label, value, otherwise, onChange }: LanguageSelectProps) {
  const schema = useQuery({
    queryKey: ["schema", "settings"],
    queryFn: ({ signal }) => load<Schema>("/metadata/v1/schemas/settings", undefined, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const codes = schema.data?.properties.language.enum ?? (value ? [value] : []);
  const choices = codes.map((code) => ({ id: code, label: languageName(code), detail: code }));
  choices.sort((a, b) => Number(b.id === "none") - Number(a.id === "none") || a.label.localeCompare(b.label));
  return (
    <Select
      id={id}
      label={label}
      {...(otherwise ? { placeholder: otherwise, clearable: true } : {})}
      choices={choices}
      value={value ? [value] : []}
      onChange={([code]) => onChange(code)}
    />
  );
}
