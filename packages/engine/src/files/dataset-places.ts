/** Where datasets lie in a space, as texts that sort like the tree does (data-and-stores R46, R47). */

/** Sort key of a path relative to its space's root: a directory comes before its content, siblings in byte order. */
export function sortKeyOf(path: string): string {
  return path === '' ? '' : Buffer.from(`/${path}`, 'utf8').toString('hex').replaceAll(/../g, slashAsZero);
}

/** No name contains NUL, and nothing sorts before it. */
function slashAsZero(byte: string): string {
  return byte === '2f' ? '00' : byte;
}

/** The keys of everything below a path: `from` inclusive, `to` exclusive. */
export function rangeBelow(sortKey: string): { readonly from: string; readonly to: string } {
  return { from: `${sortKey}00`, to: `${sortKey}01` };
}

/** The paths above, nearest first; the root of the space is above everything else. */
export function pathsAbove(path: string): readonly string[] {
  if (path === '') return [];
  const names = path.split('/');
  return names.map((_name, index) => names.slice(0, names.length - 1 - index).join('/'));
}
