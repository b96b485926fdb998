import { KubeConfigError } from '../errors.ts';
import type { UserEntry } from './parse-kube-config.ts';

/** The user to impersonate, instead of the one that the kubeconfig names. */
export interface Impersonation {
  readonly as?: string | undefined;
  /** Unset or empty: the groups of the kubeconfig. */
  readonly asGroups?: readonly string[] | undefined;
}

/** What a name of a header may be made of, except `%`, which begins what is escaped. */
const TOKEN_CHARACTER = /[\w!#$&'*+.^`|~-]/;

/**
 * The headers of `as`, `as-uid`, `as-groups` and `as-user-extra`, as client-go sends them.
 *
 * @param at - Where the entry is, for messages.
 * @throws KubeConfigError when there is no user to impersonate.
 */
export function impersonationHeaders(
  entry: Partial<UserEntry>,
  { as, asGroups = [] }: Impersonation,
  at: string,
): Record<string, readonly string[]> {
  const { 'as-uid': uid, 'as-groups': entryGroups = [], 'as-user-extra': extra = {} } = entry;
  const user = as ?? entry.as;
  const groups = asGroups.length > 0 ? asGroups : entryGroups;
  const headers = Object.entries({
    'impersonate-uid': uid === undefined ? [] : [uid],
    'impersonate-group': groups,
    ...Object.fromEntries(
      Object.entries(extra).map(([key, values]) => [`impersonate-extra-${escapedKey(key)}`, values] as const),
    ),
  }).filter(([, values]) => values.length > 0);
  if (user !== undefined) return { 'impersonate-user': [user], ...Object.fromEntries(headers) };
  if (headers.length === 0) return {};
  throw new KubeConfigError(
    `${at}: as-uid, as-groups and as-user-extra need a user to impersonate. Add as, or use --as.`,
  );
}

function escapedKey(key: string): string {
  return [...Buffer.from(key)]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return TOKEN_CHARACTER.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('')
    .toLowerCase();
}
