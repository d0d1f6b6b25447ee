// Sharing: who sees a record that is not theirs. Each object's default, and the rules that open more.
import { Link } from "@tanstack/react-router";
import { Plus, Share2, ShieldMinus } from "lucide-react";
import { useState } from "react";
import { Loaded } from "@/api/loaded";
import { useCatalog } from "@/catalog/catalog";
import { objectIcon } from "@/catalog/icons";
import type { ObjectDef } from "@/catalog/types";
import { useComponents } from "@/changes/use-components";
import { Empty, Glyph, Tag } from "@/components/bits";
import { Button } from "@/components/button";
import { PageFrame, useTitle } from "@/components/page-frame";
import { groupBy } from "@/lib/groups";
import { objectHue } from "@/lib/hues";
import { t } from "@/lib/i18n";
import { humanize } from "@/lib/text";
import { RestrictionDrawer, type RestrictionRule } from "./restriction-drawer";
import { SharingDrawer, type SharingRule } from "./sharing-drawer";

const DEFAULTS: Record<string, string> = {
  private: "Only the owner",
  read: "Everybody may see",
  read_write: "Everybody may see and edit",
  controlled_by_parent: "As the record it is part of",
};

const KINDS: Record<string, string> = { team: "the team", role: "everybody with the role" };

/** "the team Healthcare", "everybody". */
export function partyWords(party: Record<string, unknown> | undefined): string {
  const [kind, name] = Object.entries(party ?? {})[0] ?? [];
  if (!kind) return t("nobody");
  if (kind === "everyone") return t("everybody");
  return kind === "user" ? t("one user") : `${t(KINDS[kind] ?? kind)} ${humanize(String(name))}`;
}

export function SharingPage() {
  const catalog = useCatalog();
  const query = useComponents<SharingRule>("sharing-rules");
  const restrictions = useComponents<RestrictionRule>("restriction-rules");
  const [open, setOpen] = useState<{ rule?: SharingRule; object?: string } | null>(null);
  const [limiting, setLimiting] = useState<{ rule?: RestrictionRule; object?: string } | null>(null);
  useTitle(t("Sharing"), t("Setup"), catalog.me.tenant.name);
  const objects = catalog.objects.filter((o) => !o.system);
  return (
    <PageFrame
      title={t("Sharing")}
      about={t(
        "A role says what one may do; sharing says with which records beside one's own. Sharing rules open more; restrictions keep back, whatever opens.",
      )}
      action={
        <Button look="solid" size="md" icon={<Plus size={15} />} onClick={() => setOpen({})}>
          {t("New sharing rule")}
        </Button>
      }
    >
      <Loaded query={query} what={t("The sharing rules")}>
        {(rules) => {
          const byObject = groupBy(rules, (r) => r.object);
          return (
            <ul className="divide-y divide-line border-line border-y">
              {objects.map((object) => (
                <li key={object.name} className="py-3">
                  <ObjectSharing
                    object={object}
                    rules={byObject.get(object.name) ?? []}
                    restrictions={restrictions.data?.filter((r) => r.object === object.name) ?? []}
                    onLimit={(rule) => setLimiting(rule ? { rule } : { object: object.name })}
                    onOpen={(rule) => setOpen(rule ? { rule } : { object: object.name })}
                  />
                </li>
              ))}
              {objects.length === 0 && <Empty title={t("No objects yet")} />}
            </ul>
          );
        }}
      </Loaded>
      {open && (
        <SharingDrawer
          key={open.rule?.name ?? "new"}
          rule={open.rule}
          startWith={open.object}
          taken={new Set(query.data?.map((r) => r.name))}
          onClose={() => setOpen(null)}
        />
      )}
      {limiting && (
        <RestrictionDrawer
          key={limiting.rule?.name ?? "new"}
          rule={limiting.rule}
          startWith={limiting.object}
          taken={new Set(restrictions.data?.map((r) => r.name))}
          onClose={() => setLimiting(null)}
        />
      )}
    </PageFrame>
  );
}

interface ObjectSharingProps {
  object: ObjectDef;
  rules: SharingRule[];
  restrictions: RestrictionRule[];
  onOpen: (rule: SharingRule | null) => void;
  onLimit: (rule: RestrictionRule | null) => void;
}

function ObjectSharing({ object, rules, restrictions, onOpen, onLimit }: ObjectSharingProps) {
  const sharing = (object.sharing ?? {}) as { default?: string; hierarchy?: boolean };
  return (
    <>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <Glyph icon={objectIcon(object)} hue={objectHue(object.name)} size={24} />
        <h2 className="font-semibold">{object.plural_label}</h2>
        <Link
          to="/setup/objects/$object"
          params={{ object: object.name }}
          search={{ tab: "settings" }}
          className="text-text-2 text-xs hover:underline"
        >
          {t(DEFAULTS[sharing.default ?? "private"] ?? "")}
          {sharing.hierarchy !== false && (sharing.default ?? "private") === "private" && t(", and their managers")}
        </Link>
        <span className="ms-auto flex">
          <Button
            icon={<Plus size={13} />}
            aria-label={t("New rule for {objects}", { objects: object.plural_label })}
            onClick={() => onOpen(null)}
          >
            {t("Rule")}
          </Button>
          <Button
            icon={<Plus size={13} />}
            aria-label={t("New restriction for {objects}", { objects: object.plural_label })}
            onClick={() => onLimit(null)}
          >
            {t("Restriction")}
          </Button>
        </span>
      </div>
      {rules.length > 0 && (
        <ul className="mt-1.5 flex flex-col ps-9">
          {rules.map((rule) => (
            <li key={rule.name}>
              <button
                type="button"
                className="flex w-full flex-wrap items-center gap-2 rounded-control px-1.5 py-1.5 text-start hover:bg-hover"
                onClick={() => onOpen(rule)}
              >
                <Share2 size={14} aria-hidden="true" className="text-text-3" />
                <span>
                  {rule.owned_by ? (
                    t("Owned by {what}", { what: partyWords(rule.owned_by) })
                  ) : (
                    <code className="font-mono text-xs">{rule.when}</code>
                  )}
                </span>
                <span className="text-text-2">{t("opens to {what}", { what: partyWords(rule.share_with) })}</span>
                <Tag color={rule.access === "edit" ? "orange" : "blue"}>
                  {rule.access === "edit" ? t("Edit") : t("Read")}
                </Tag>
              </button>
            </li>
          ))}
        </ul>
      )}
      {restrictions.length > 0 && (
        <ul className="flex flex-col ps-9">
          {restrictions.map((rule) => (
            <li key={rule.name}>
              <button
                type="button"
                className="flex w-full flex-wrap items-center gap-2 rounded-control px-1.5 py-1.5 text-start hover:bg-hover"
                onClick={() => onLimit(rule)}
              >
                <ShieldMinus size={14} aria-hidden="true" className="text-red" />
                <span>{t("Only")}</span> <code className="font-mono text-xs">{rule.when}</code>
                <span className="text-text-2">{t("for {what}", { what: partyWords(rule.applies_to) })}</span>
                {rule.active === false && <Tag>{t("Off")}</Tag>}
              </button>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
