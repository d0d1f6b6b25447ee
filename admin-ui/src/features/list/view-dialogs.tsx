// What a view is called, and who sees it: everybody, oneself alone, or the people, teams and roles that one names.
import { X } from "lucide-react";
import { useState } from "react";
import { useRecordName } from "@/api/names";
import { messageOf } from "@/api/problem";
import { useCatalog } from "@/catalog/catalog";
import type { ListViewDef } from "@/catalog/types";
import { Button, IconButton } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { FieldFrame } from "@/components/field-frame";
import { Checkbox, TextInput } from "@/components/inputs";
import { Segments } from "@/components/segments";
import { type Party, PartySelect, partyId } from "@/fields/party";
import { t } from "@/lib/i18n";
import { apiName, humanize } from "@/lib/text";

export interface Named {
  label: string;
  /** Shows each person only what they own. */
  mine: boolean;
  /** Everybody when empty. */
  sharedWith: Party[];
}

type Circle = "all" | "me" | "some";

/** Whom a definition's `shared_with` means, as a choice and its people. */
function useCircle(before: Party[]) {
  const me = { user: useCatalog().me.user.id };
  const isMe = before.length === 1 && partyId(before[0]) === partyId(me);
  const [circle, setCircle] = useState<Circle>(before.length === 0 ? "all" : isMe ? "me" : "some");
  const [parties, setParties] = useState<Party[]>(isMe ? [] : before);
  const sharedWith = circle === "all" ? [] : circle === "me" ? [me] : parties;
  return { circle, setCircle, parties, setParties, sharedWith, missing: circle === "some" && parties.length === 0 };
}

function CircleFields({
  circle,
  setCircle,
  parties,
  setParties,
  error,
}: ReturnType<typeof useCircle> & { error?: string | undefined }) {
  const others = (gone: Party) => parties.filter((party) => partyId(party) !== partyId(gone));
  return (
    <>
      <Segments
        label={t("Who sees it")}
        value={circle}
        choices={[
          { id: "all", label: t("Everybody") },
          { id: "me", label: t("Only me") },
          { id: "some", label: t("Some") },
        ]}
        onChange={(next) => setCircle(next as Circle)}
      />
      {circle === "some" && (
        <>
          {parties.length > 0 && (
            <ul aria-label={t("Who sees it")} className="flex flex-wrap gap-1.5">
              {parties.map((party) => (
                <PartyChip key={partyId(party)} party={party} onRemove={() => setParties(others(party))} />
              ))}
            </ul>
          )}
          <PartySelect
            label={t("Add who sees it")}
            value={undefined}
            onChange={(party) => party && setParties([...others(party), party])}
            error={error}
          />
        </>
      )}
    </>
  );
}

function PartyChip({ party, onRemove }: { party: Party; onRemove: () => void }) {
  const user = typeof party.user === "string" ? party.user : undefined;
  const name = useRecordName(useCatalog().object("user"), user);
  const label = user ? (name ?? "…") : humanize(String(Object.values(party)[0]));
  return (
    <li className="flex h-7 items-center gap-1 rounded-control border border-line-2 ps-2 text-xs">
      {label}
      <IconButton label={t("Remove {name}", { name: label })} className="size-6" onClick={onRemove}>
        <X size={13} />
      </IconButton>
    </li>
  );
}

interface FooterProps {
  verb: string;
  busy: boolean;
  onClose: () => void;
}

function Footer({ verb, busy, onClose }: FooterProps) {
  return (
    <>
      <Button size="md" onClick={onClose}>
        {t("Cancel")}
      </Button>
      <Button look="solid" size="md" type="submit" busy={busy}>
        {verb}
      </Button>
    </>
  );
}

interface NameDialogProps {
  /** For oneself alone. */
  own: boolean;
  /** What it may be called. */
  label: string;
  /** What others are called: words of views for others, names of one's own. */
  taken: string[];
  mine: boolean;
  onClose: () => void;
  onSave: (named: Named) => Promise<void>;
}

export function NameDialog({ own, label: called, taken, mine: before, onClose, onSave }: NameDialogProps) {
  const circle = useCircle([]);
  const [label, setLabel] = useState(called);
  const [mine, setMine] = useState(before);
  const [errors, setErrors] = useState<{ label?: string; people?: string }>({});
  const [busy, setBusy] = useState(false);

  async function save() {
    const slug = own ? label.trim() : apiName(label);
    if (!slug) return setErrors({ label: t("A view needs a name with letters or digits.") });
    if (taken.includes(slug)) return setErrors({ label: t("There is already a view of this name.") });
    if (circle.missing) return setErrors({ people: t("Say with whom.") });
    setBusy(true);
    await onSave({ label: label.trim(), mine, sharedWith: circle.sharedWith }).catch((problem) => {
      setBusy(false);
      setErrors({ label: messageOf(problem) });
    });
  }

  return (
    <Dialog
      title={own ? t("Save as my view") : t("Save as a new view")}
      width="400px"
      onClose={onClose}
      onSubmit={save}
      footer={<Footer verb={t("Save view")} busy={busy} onClose={onClose} />}
    >
      <div className="flex flex-col gap-4">
        <FieldFrame label={t("Name")} required error={errors.label}>
          {({ id, describedBy, invalid }) => (
            <TextInput
              id={id}
              data-autofocus
              aria-describedby={describedBy}
              aria-invalid={invalid || undefined}
              value={label}
              onChange={(event) => {
                setLabel(event.target.value);
                setErrors({});
              }}
            />
          )}
        </FieldFrame>
        {own ? (
          <p className="text-text-2">{t("Nobody else sees it.")}</p>
        ) : (
          <CircleFields {...circle} error={errors.people} />
        )}
        <label className="flex items-center gap-2">
          <Checkbox checked={mine} onChange={(event) => setMine(event.target.checked)} />
          {own ? t("Shows only what I own") : t("Shows each person only what they own")}
        </label>
      </div>
    </Dialog>
  );
}

interface ShareViewDialogProps {
  view: ListViewDef;
  onClose: () => void;
  onSave: (sharedWith: Party[]) => Promise<void>;
}

export function ShareViewDialog({ view, onClose, onSave }: ShareViewDialogProps) {
  const circle = useCircle(view.shared_with ?? []);
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);

  async function save() {
    if (circle.missing) return setError(t("Say with whom."));
    setBusy(true);
    await onSave(circle.sharedWith).catch((problem) => {
      setBusy(false);
      setError(messageOf(problem));
    });
  }

  return (
    <Dialog
      title={t("Who sees {view}", { view: view.label })}
      width="400px"
      onClose={onClose}
      onSubmit={save}
      footer={<Footer verb={t("Share")} busy={busy} onClose={onClose} />}
    >
      <div className="flex flex-col gap-4">
        <CircleFields {...circle} error={error} />
      </div>
    </Dialog>
  );
}
