// What the person wants opened, said by any part of the UI and answered by the shell.
import { Cell } from "./cell";

export interface CreateIntent {
  object: string;
  /** Values that the form starts with, by field name. */
  preset?: Record<string, unknown>;
  /** Opens the new record when saved (true) or stays where one is. */
  follow?: boolean;
}

export const createIntent = new Cell<CreateIntent | null>(null);
export const commandMenuOpen = new Cell(false);
export const helpOpen = new Cell(false);
export const newObjectOpen = new Cell(false);
