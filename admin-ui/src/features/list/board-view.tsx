// The way to the board: what it shows is asked for while the board itself is still on its way.

import { late } from "@/components/late";
import type { BoardProps } from "./board/board";
import { groupingBy, useGroups } from "./use-groups";

const Board = late(() => import("./board/board"), "Board", "page", "bg-sunken p-4");

export function BoardView(props: Omit<BoardProps, "groups">) {
  const groups = useGroups(props.object, props.request, groupingBy(props.group));
  return <Board {...props} groups={groups} />;
}
