// Pages of one object besides its list: its recycle bin and the import of files.
import { useParams } from "@tanstack/react-router";
import type { ComponentType } from "react";
import { mayRead, useCatalog } from "@/catalog/catalog";
import type { ObjectDef } from "@/catalog/types";
import { BinPage } from "@/features/bin/bin-page";
import { ImportPage } from "@/features/import/import-page";
import { NotFound } from "./errors";

function pageOf(Page: ComponentType<{ object: ObjectDef }>) {
  return function ObjectRoute() {
    const { plural } = useParams({ strict: false });
    const object = useCatalog().objectByPlural(plural ?? "");
    if (!object || !mayRead(object)) return <NotFound />;
    return <Page key={object.name} object={object} />;
  };
}

export const BinRoute = pageOf(BinPage);
export const ImportRoute = pageOf(ImportPage);
