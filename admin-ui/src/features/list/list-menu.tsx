// What else can be done with a list: files in and out, and what was deleted from it.
import { useNavigate } from "@tanstack/react-router";
import { Download, Ellipsis, Trash2, Upload } from "lucide-react";
import { exportPath, type ListRequest } from "@/api/records";
import { mayCreate, mayDelete } from "@/catalog/catalog";
import type { ObjectDef } from "@/catalog/types";
import { IconButton } from "@/components/button";
import { MenuButton, type MenuItem } from "@/components/menu";
import { t } from "@/lib/i18n";

function download(path: string): void {
  const link = document.createElement("a");
  link.href = path;
  link.download = "";
  document.body.append(link);
  link.click();
  link.remove();
}

export function ListMenu({ object, request }: { object: ObjectDef; request: ListRequest }) {
  const navigate = useNavigate();
  const params = { plural: object.plural };
  const items: MenuItem[] = [
    {
      label: t("Export as CSV"),
      icon: <Download size={15} />,
      onSelect: () => download(exportPath(object, request, "csv")),
    },
    {
      label: t("Export as Excel"),
      icon: <Download size={15} />,
      onSelect: () => download(exportPath(object, request, "xlsx")),
    },
  ];
  if (mayCreate(object))
    items.push({
      label: t("Import a file"),
      icon: <Upload size={15} />,
      separate: true,
      onSelect: () => navigate({ to: "/o/$plural/import", params }),
    });
  if (mayDelete(object))
    items.push({
      label: t("Recycle bin"),
      icon: <Trash2 size={15} />,
      separate: true,
      onSelect: () => navigate({ to: "/o/$plural/bin", params }),
    });
  return (
    <MenuButton items={items} label={t("More")} align="end">
      {(button) => (
        <IconButton label={t("More")} {...button}>
          <Ellipsis size={16} />
        </IconButton>
      )}
    </MenuButton>
  );
}
