/** What values refer to, gathered before it is looked up for a whole batch at once. */
export class ReferenceIds {
  readonly files = new Set<string>();
  readonly datasets = new Set<string>();
  readonly groups = new Set<string>();

  get isEmpty(): boolean {
    return this.files.size === 0 && this.datasets.size === 0 && this.groups.size === 0;
  }
}
