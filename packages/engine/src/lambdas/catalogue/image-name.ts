/** Images are told apart by repository only: the registry and the tag do not say what a lambda does. */

/** `any.registry:5000/onedata/lambda-echo:v9@sha256:…` → `onedata/lambda-echo`. */
export function repositoryOf(image: string): string {
  const withoutDigest = image.split('@', 1)[0] ?? image;
  const lastSlash = withoutDigest.lastIndexOf('/');
  const tagColon = withoutDigest.indexOf(':', lastSlash + 1);
  const segments = (tagColon === -1 ? withoutDigest : withoutDigest.slice(0, tagColon)).split('/');
  const [first] = segments;
  const hasRegistry = segments.length > 1 && first !== undefined && (/[.:]/.test(first) || first === 'localhost');
  return (hasRegistry ? segments.slice(1) : segments).join('/');
}

/** Whether a pattern (a repository, `*` standing for any characters) covers the image. */
export function imageMatches(pattern: string, image: string): boolean {
  const source = repositoryOf(pattern)
    .split('*')
    .map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
    .join('.*');
  return new RegExp(`^${source}$`).test(repositoryOf(image));
}
