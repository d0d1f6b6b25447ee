// One made-up value for each kind of field, so that a kind can be seen before it is chosen.
import type { RecordData } from "@/api/record-store";
import type { FieldDef, Option } from "@/catalog/types";
import { t } from "@/lib/i18n";

const OPTIONS: Option[] = [
  { value: "open", label: "Open", color: "blue" },
  { value: "waiting", label: "Waiting", color: "yellow" },
  { value: "done", label: "Done", color: "green" },
];

const VALUES: Record<string, unknown> = {
  text: "Solar park West",
  long_text: "Call again after the fair",
  rich_text: "<p>Call <b>again</b> after the fair</p>",
  email: "ada@lantern.example",
  phone: "+49 30 901820",
  url: "https://lantern.example",
  integer: 1250,
  decimal: 12.75,
  currency: 48500,
  percent: 62,
  autonumber: "INV-0042",
  picklist: "open",
  multi_picklist: ["open", "waiting"],
  tags: ["solar", "west"],
  boolean: true,
  date: "2027-03-18",
  datetime: "2027-03-18T14:30:00Z",
  time: "14:30:00",
  json: { kind: "roof", size: 48 },
  formula: 4041.67,
  rollup: 7,
};

/** The value of a kind that a preview shows; relations have none, their diagram tells more. */
export function sampleOf(kind: string): unknown {
  return VALUES[kind];
}

/** A field to show the sample by; settings that were made already take the place of the made-up ones. */
export function sampleField(kind: string, given: Partial<FieldDef> = {}): FieldDef {
  const options = given.options?.length ? given.options : OPTIONS;
  return {
    currency: "EUR",
    scale: kind === "currency" || kind === "decimal" ? 2 : 0,
    ...given,
    name: "sample",
    kind,
    label: t("Sample"),
    options,
  };
}

/** The sample as the kind reads it out of a record; choices take the first options that there are. */
export function sampleRecord(kind: string, field: FieldDef): RecordData {
  let value = sampleOf(kind);
  if (kind === "picklist") value = field.options?.[0]?.value;
  if (kind === "multi_picklist") value = field.options?.slice(0, 2).map((o) => o.value);
  return { id: "sample", version: 1, sample: value } as RecordData;
}
