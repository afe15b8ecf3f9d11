/** Writes docs/reference/rest.md from the routes of the server; `--check` fails when it is out of date. */
import '../packages/server/src/docs/generate.ts';
