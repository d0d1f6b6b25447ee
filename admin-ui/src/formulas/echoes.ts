/**
 * What an editor has told its owner and has not yet heard back. The owner's value comes back a render later, when the
 * editor may hold newer letters already: put into it again, it would take them away.
 */
export class Echoes {
  #said: string[] = [];

  said(text: string): void {
    this.#said.push(text);
  }

  /** Whether this value is the editor's own word, which is not to be put into it; any other value is the owner's. */
  isEcho(value: string): boolean {
    const at = this.#said.indexOf(value);
    this.#said = at < 0 ? [] : this.#said.slice(at + 1);
    return at >= 0;
  }
}
