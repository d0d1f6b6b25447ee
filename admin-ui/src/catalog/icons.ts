// Icons of objects. Those that the standard packages and the shell use are here; the picker's larger set comes when asked for.
import {
  Box,
  Briefcase,
  Building2,
  Calendar,
  CircleUser,
  ClipboardList,
  Contact,
  Factory,
  FileText,
  Flag,
  Folder,
  Handshake,
  House,
  Link,
  ListTodo,
  type LucideIcon,
  MapPin,
  Milestone,
  Package,
  Phone,
  Receipt,
  ShoppingCart,
  Swords,
  Tag,
  Target,
  Ticket,
  Truck,
  UserCheck,
  UserPlus,
  Users,
  Workflow,
  Wrench,
} from "lucide-react";
import { Cell } from "@/lib/cell";
import type { ObjectDef } from "./types";

export const nearIcons: Record<string, LucideIcon> = {
  box: Box,
  briefcase: Briefcase,
  "building-2": Building2,
  calendar: Calendar,
  "circle-user": CircleUser,
  "clipboard-list": ClipboardList,
  contact: Contact,
  factory: Factory,
  "file-text": FileText,
  flag: Flag,
  folder: Folder,
  handshake: Handshake,
  house: House,
  link: Link,
  "list-todo": ListTodo,
  "map-pin": MapPin,
  milestone: Milestone,
  package: Package,
  phone: Phone,
  receipt: Receipt,
  "shopping-cart": ShoppingCart,
  swords: Swords,
  tag: Tag,
  target: Target,
  ticket: Ticket,
  truck: Truck,
  "user-check": UserCheck,
  "user-plus": UserPlus,
  users: Users,
  workflow: Workflow,
  wrench: Wrench,
};

/** Grows once by the larger set, when an object uses an icon that is not near or the picker opens. */
export const moreIcons = new Cell<Record<string, LucideIcon>>({});
let asked = false;

export function loadMoreIcons(): void {
  if (asked) return;
  asked = true;
  import("./more-icons")
    .then((module) => moreIcons.set(module.icons))
    .catch(() => {
      asked = false;
    });
}

export function iconByName(name: string | undefined): LucideIcon {
  if (!name) return Box;
  const found = nearIcons[name] ?? moreIcons.get()[name];
  if (!found) loadMoreIcons();
  return found ?? Box;
}

export const objectIcon = (object: ObjectDef): LucideIcon => iconByName(object.icon);
