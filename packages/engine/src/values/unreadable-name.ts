/**
 * An entry of a tree whose name is not valid UTF-8: it has no id, yet it is an item, so that it is counted and
 * reported (design §6). Arguments cannot be built from it.
 */
export class UnreadableName {
  /** With replacement characters where the name cannot be read. */
  readonly unreadableName: string;

  constructor(path: string) {
    this.unreadableName = path;
  }

  /** From what a tree walk stored in place of a file id. */
  static fromStored(stored: unknown): UnreadableName | null {
    if (typeof stored !== 'object' || stored === null || !('unreadableName' in stored)) return null;
    return new UnreadableName(String(stored.unreadableName));
  }
}
