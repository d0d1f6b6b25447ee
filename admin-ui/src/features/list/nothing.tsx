// What a list says when it shows no record: nothing matches, nothing in this view, or nothing at all yet.
import { useNavigate } from "@tanstack/react-router";
import { Upload } from "lucide-react";
import { mayCreate } from "@/catalog/catalog";
import { objectIcon } from "@/catalog/icons";
import type { ObjectDef } from "@/catalog/types";
import { Empty, Glyph } from "@/components/bits";
import { Button } from "@/components/button";
import { objectHue } from "@/lib/hues";
import { t } from "@/lib/i18n";
import { createIntent } from "@/lib/intents";
import { inSentence } from "@/lib/text";

interface NothingProps {
  object: ObjectDef;
  filtered: boolean;
  narrowed: boolean;
  onClear: () => void;
}

export function Nothing({ object, filtered, narrowed, onClear }: NothingProps) {
  const navigate = useNavigate();
  const objects = inSentence(object.plural_label);
  const glyph = <Glyph icon={objectIcon(object)} hue={objectHue(object.name)} size={40} />;
  const title = filtered
    ? t("No {objects} match these filters", { objects })
    : narrowed
      ? t("No {objects} in this view", { objects })
      : t("No {objects} yet", { objects });
  return (
    <div className="flex flex-1 items-center justify-center overflow-y-auto">
      <Empty
        glyph={glyph}
        title={title}
        action={
          filtered ? (
            <Button look="outline" onClick={onClear}>
              {t("Clear filters")}
            </Button>
          ) : (
            mayCreate(object) && (
              <>
                <Button look="outline" onClick={() => createIntent.set({ object: object.name })}>
                  {t("Create the first one")}
                </Button>
                <Button
                  icon={<Upload size={14} />}
                  onClick={() => navigate({ to: "/o/$plural/import", params: { plural: object.plural } })}
                >
                  {t("Import a file")}
                </Button>
              </>
            )
          )
        }
      >
        {!filtered && object.description}
      </Empty>
    </div>
  );
}
