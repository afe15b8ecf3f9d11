/** Writes docs/reference/rest.md from the routes of the server; `--check` fails when it is out of date. */
await import('../packages/server/src/docs/generate.ts');
