// The org tree: people under their managers, folded and unfolded, each a way to the person.
import { ChevronRight } from "lucide-react";
import { useState } from "react";
import type { Person } from "@/api/people";
import { Avatar, Tag } from "@/components/bits";
import { cx } from "@/lib/cx";
import { t } from "@/lib/i18n";
import { count } from "@/lib/text";
import { type Branch, orgTree } from "./org-tree";

interface PeopleTreeProps {
  people: Person[];
  wanted: (person: Person) => boolean;
  onOpen: (id: string) => void;
}

/** Deeper levels than this begin folded where the company is large. */
const DEEP = 2;
const LARGE = 60;

export function PeopleTree({ people, wanted, onOpen }: PeopleTreeProps) {
  const tree = orgTree(people, wanted);
  const large = people.length > LARGE;
  return (
    <>
      {people.every((person) => !person.manager_id) && (
        <p className="mb-3 text-text-2">
          {t("Nobody has a manager yet. Open a person to say whom they answer to; managers see what their people own.")}
        </p>
      )}
      <ul aria-label={t("Org tree")} className="flex flex-col">
        {tree.map((branch) => (
          <Node key={branch.person.id} branch={branch} depth={0} large={large} onOpen={onOpen} />
        ))}
      </ul>
    </>
  );
}

interface NodeProps {
  branch: Branch;
  depth: number;
  large: boolean;
  onOpen: (id: string) => void;
}

function Node({ branch, depth, large, onOpen }: NodeProps) {
  const { person, below, size } = branch;
  const [open, setOpen] = useState(!large || depth < DEEP);
  return (
    <li>
      <div className="flex min-h-10 items-center gap-1 border-line border-b hover:bg-hover">
        {below.length > 0 ? (
          <button
            type="button"
            aria-expanded={open}
            aria-label={t("Those below {name}", { name: person.name })}
            className="inline-flex size-7 shrink-0 items-center justify-center rounded-tag text-text-3 hover:bg-hover hover:text-text"
            onClick={() => setOpen(!open)}
          >
            <ChevronRight size={14} className={cx("transition-transform rtl:-scale-x-100", open && "rotate-90")} />
          </button>
        ) : (
          <span className="size-7 shrink-0" />
        )}
        <button
          type="button"
          className="flex min-w-0 flex-1 items-center gap-2.5 rounded-tag py-1.5 text-start"
          onClick={() => onOpen(person.id)}
        >
          <Avatar name={person.name} size={26} />
          <span className="min-w-0">
            <span className="block truncate font-medium">{person.name}</span>
            <span className="block truncate text-text-2 text-xs">{person.title || person.email}</span>
          </span>
        </button>
        {!person.active && <Tag color="gray">{t("Deactivated")}</Tag>}
        {size > 0 && (
          <span className="num shrink-0 pe-2 text-text-2 text-xs">{count(size, t("person"), t("people"))}</span>
        )}
      </div>
      {open && below.length > 0 && (
        <ul
          aria-label={t("Those below {name}", { name: person.name })}
          className="ms-3.5 border-line border-s ps-2 phone:ps-4"
        >
          {below.map((next) => (
            <Node key={next.person.id} branch={next} depth={depth + 1} large={large} onOpen={onOpen} />
          ))}
        </ul>
      )}
    </li>
  );
}
