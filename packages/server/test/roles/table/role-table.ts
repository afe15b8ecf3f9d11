/**
 * The tables of who may do what: one line an operation, one column a role, written from the reference alone.
 *
 * Columns: `needs`: the privileges that the privileged member holds (separated by commas), and nothing else; `-` = none
 * is of use. Roles: a guest; a member, who holds no privilege at all; the owner of the space, who is on no list of
 * privileges either (rest R98), or who made the inventory, group or token; the user who scheduled the execution; a user
 * who is in nothing; an administrator with every zone-wide privilege, who is in nothing (rest R102).
 * `nowhere`: what guest / other learn when the entity of the path does not exist (rest R50, R103). `missing`: what guest / other /
 * admin learn when only the last id of the path does not exist (rest R111, R116). `@self`, `@creator`: whom the path names.
 *
 * A cell is a status, with the id of the error behind a colon where it is not the usual one; `-` = does not apply.
 */
export const roles = ['guest', 'member', 'privileged', 'owner', 'scheduler', 'other', 'admin'] as const;
export type Role = (typeof roles)[number];

export interface RoleRow {
  readonly operationId: string;
  /** Whom the path names: `self`, `creator`, or nothing special. */
  readonly about: string;
  readonly needs: readonly string[];
  /** Role → answer; for roles to which the row applies. */
  readonly answers: Readonly<Record<string, string>>;
  readonly nowhere: Readonly<Record<string, string>>;
  readonly missing: Readonly<Record<string, string>>;
  readonly rule: string;
}

const usualErrors: Readonly<Record<string, string>> = { 401: 'unauthorized', 403: 'forbidden', 404: 'notFound' };

/** How an answer is written here, e.g. `204` or `403 forbidden`. */
export function answerText(status: number | string, error: string | undefined): string {
  return error === undefined ? String(status) : `${status} ${error}`;
}

function cellText(cell: string): string {
  const [status, error = usualErrors[status!]] = cell.split(':');
  return answerText(status!, error);
}

function cells(names: readonly string[], texts: readonly string[]): Readonly<Record<string, string>> {
  const applying = names.flatMap((name, at) => ((texts[at] ?? '-') === '-' ? [] : [[name, cellText(texts[at]!)] as const]));
  return Object.fromEntries(applying);
}

export function roleTable(text: string): readonly RoleRow[] {
  const [head, ...lines] = text.split('\n').filter((line) => line.trim() !== '');
  const columns = head!.trim().split(/\s+/);
  const roleNames = columns.filter((column) => !['operation', 'needs', 'nowhere', 'missing', 'rule'].includes(column));
  return lines.map((line): RoleRow => {
    const words = line.trim().split(/\s+/);
    const cell = (column: string): string => (columns.includes(column) ? words[columns.indexOf(column)]! : '-');
    const [operationId, about = ''] = cell('operation').split('@');
    return {
      operationId: operationId!,
      about,
      needs: cell('needs') === '-' ? [] : cell('needs').split(','),
      answers: cells(
        roleNames,
        roleNames.map((role) => cell(role)),
      ),
      nowhere: cells(['guest', 'other'], cell('nowhere').split('/')),
      missing: cells(['guest', 'other', 'admin'], cell('missing').split('/')),
      rule: words.slice(columns.indexOf('rule')).join(' '),
    };
  });
}
