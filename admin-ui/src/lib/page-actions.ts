// What can be done with what the page shows: said by its parts while they are there, listed by the command menu.
import { type ReactNode, useEffect, useRef } from "react";

export interface PageAction {
  label: string;
  icon?: ReactNode;
  onSelect: () => void;
  /** Found by typing, but not listed before. */
  quiet?: boolean;
}

export interface Offer {
  /** What it is done with: the name of a record, how many are selected. */
  title: string;
  actions: PageAction[];
}

const offers: (() => Offer)[] = [];

/** Offers these while mounted. */
export function usePageActions(title: string, actions: PageAction[]): void {
  const latest = useRef<Offer>({ title, actions });
  latest.current = { title, actions };
  useEffect(() => {
    const offer = () => latest.current;
    offers.push(offer);
    return () => {
      offers.splice(offers.indexOf(offer), 1);
    };
  }, []);
}

/** What is offered now. */
export const offered = (): Offer[] => offers.map((offer) => offer()).filter(({ actions }) => actions.length > 0);
