/** Writes docs/reference/openapi.json from the routes of the server; `--check` fails when it is out of date. */
await import('../packages/server/src/openapi/generate.ts');
