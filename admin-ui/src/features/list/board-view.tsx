// The way to the board: what it shows is asked for while the board itself is still on its way.
import { lazy, Suspense } from "react";
import type { BoardProps } from "./board/board";
import { groupingBy, useGroups } from "./use-groups";

const Board = lazy(() => import("./board/board").then((m) => ({ default: m.Board })));

export function BoardView(props: Omit<BoardProps, "groups">) {
  const groups = useGroups(props.object, props.request, groupingBy(props.group));
  return (
    <Suspense fallback={<div className="flex-1 bg-sunken" />}>
      <Board {...props} groups={groups} />
    </Suspense>
  );
}
