// One component of a package: what tenants would have of it, property by property.
import { Trash2 } from "lucide-react";
import { useMemo } from "react";
import type { LayerDocument } from "@/api/layers";
import { Notice, Tag } from "@/components/bits";
import { Button } from "@/components/button";
import type { Choice } from "@/components/picker";
import { t } from "@/lib/i18n";
import { humanize } from "@/lib/text";
import { labelOf } from "./component-list";
import { laidOf, type Placed, type Shown, saidOf, withSaid, withValue, withWanted, wordsOf } from "./draft";
import { EVERY_FIELD, oneOf, type Property, propertiesOf } from "./properties";
import { PropertyField } from "./property-field";

interface ComponentEditorProps {
  component: Shown;
  components: Shown[];
  draft: LayerDocument;
  problems: Placed[];
  onChange: (draft: LayerDocument) => void;
  /** Which property cannot be read as it stands. */
  onBroken: (key: string, broken: boolean) => void;
}

const isOf = (property: Property, { path }: Placed): boolean =>
  property.key.split(".").every((word, at) => path[at] === word);

export function ComponentEditor(props: ComponentEditorProps) {
  const { component, draft, problems, onChange } = props;
  const properties = propertiesOf(component);
  const laid = laidOf(draft, component);
  const others = problems.filter((one) => !properties.some((property) => isOf(property, one)));
  const fields = useMemo(() => fieldsOf(component, props.components), [component, props.components]);
  // What is said and has no field here is still said.
  const more = Object.keys(saidOf(draft, component)).filter(
    (key) => !properties.some((property) => property.key.split(".")[0] === key),
  );
  return (
    <section aria-label={labelOf(component)} className="flex min-w-0 flex-col gap-4">
      <header className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <h2 tabIndex={-1} data-part-heading className="min-w-0 break-words font-semibold text-md">
          {labelOf(component)}
        </h2>
        <Tag>{oneOf(component.kind)}</Tag>
        <span className="min-w-0 break-all font-mono text-text-2 text-xs">{component.name}</span>
      </header>
      {component.gone && (
        <Notice
          title={t("This version of the package is without it")}
          action={
            <Button look="outline" icon={<Trash2 size={14} />} onClick={() => onChange(withSaid(draft, component, {}))}>
              {t("Take it out")}
            </Button>
          }
        >
          {t("What is said of it keeps the whole layer from tenants that get this version.")}
        </Notice>
      )}
      {others.length > 0 && (
        <Notice title={t("The server refuses this")}>
          {others.map(({ path, problem }) => (
            <p key={`${problem.path} ${problem.message}`}>
              {path.length > 0 && <span className="font-mono text-xs">{path.join(".")}: </span>}
              {wordsOf(problem)}
            </p>
          ))}
        </Notice>
      )}
      {!component.gone &&
        properties.map((property) => (
          <PropertyField
            key={property.key}
            property={property}
            base={component.definition}
            laid={laid}
            problems={problems.filter((one) => isOf(property, one))}
            fields={fields}
            onChange={(value) =>
              onChange(withWanted(draft, component, withValue(laid, property.key.split("."), value)))
            }
            onBroken={(broken) => props.onBroken(property.key, broken)}
          />
        ))}
      {more.length > 0 && (
        <p className="text-text-2 text-xs">{t("Said in JSON besides: {names}", { names: more.join(", ") })}</p>
      )}
    </section>
  );
}

/** The fields of the object that it is about. */
function fieldsOf(component: Shown, components: Shown[]): Choice[] {
  const object = component.definition.object ?? component.name.split(".")[0];
  const own = components
    .filter(({ kind, name }) => kind === "fields" && name.startsWith(`${String(object)}.`))
    .map((field) => ({ id: field.name.split(".")[1] ?? field.name, label: labelOf(field) }));
  const known = new Set(own.map(({ id }) => id));
  return [
    ...own,
    ...EVERY_FIELD.filter((name) => !known.has(name)).map((name) => ({ id: name, label: humanize(name) })),
  ];
}
