const atATime = 16;

/** Reads something for each item, in the order of the items: some at a time, so that a long list does not open a connection for each. */
export async function gather<Item, Read>(items: readonly Item[], read: (item: Item) => Promise<Read>): Promise<readonly Read[]> {
  const all: Read[] = [];
  for (let start = 0; start < items.length; start += atATime) {
    all.push(...(await Promise.all(items.slice(start, start + atATime).map(async (item) => await read(item)))));
  }
  return all;
}
