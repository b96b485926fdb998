import { parseDocument } from 'yaml';
import { z } from 'zod';
import { KubeConfigError } from '../errors.ts';

/** As kubectl reads them, an empty text is an unset one. */
const text = z
  .string()
  .nullish()
  .transform((value) => value || undefined);
const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false);
const list = <Item extends z.ZodType>(item: Item) =>
  z
    .array(item)
    .nullish()
    .transform((items) => items ?? []);
const map = <Value extends z.ZodType>(value: Value) =>
  z
    .record(z.string(), value)
    .nullish()
    .transform((entries): Record<string, z.output<Value>> => entries ?? {});

const cluster = z.object({
  server: text,
  'certificate-authority': text,
  'certificate-authority-data': text,
  'insecure-skip-tls-verify': flag,
  'tls-server-name': text,
  'proxy-url': text,
  'disable-compression': flag,
  extensions: list(z.object({ name: text, extension: z.unknown() })),
});

const exec = z.object({
  apiVersion: text,
  command: text,
  args: list(z.string()),
  env: list(z.object({ name: text, value: text })),
  interactiveMode: text,
  installHint: text,
  provideClusterInfo: flag,
});

const user = z.looseObject({
  token: text,
  tokenFile: text,
  username: text,
  password: text,
  'client-certificate': text,
  'client-certificate-data': text,
  'client-key': text,
  'client-key-data': text,
  as: text,
  'as-uid': text,
  'as-groups': list(z.string()),
  'as-user-extra': map(list(z.string())),
  exec: exec.nullish(),
  'auth-provider': z.object({ name: text, config: map(z.string()) }).nullish(),
});

const context = z.object({ cluster: text, user: text, namespace: text });

const fileSchema = z.object({
  apiVersion: z.literal('v1').or(z.literal('')).nullish(),
  kind: z.literal('Config').or(z.literal('')).nullish(),
  'current-context': text,
  clusters: list(z.object({ name: text, cluster: cluster.nullish() })),
  users: list(z.object({ name: text, user: user.nullish() })),
  contexts: list(z.object({ name: text, context: context.nullish() })),
});

/** Has every field that is known. */
export const EMPTY_USER = user.parse({});

export type ClusterEntry = z.output<typeof cluster>;
export type UserEntry = z.output<typeof user>;
type ContextEntry = z.output<typeof context>;
export type ExecEntry = z.output<typeof exec>;

/** An entry, and the file that it is from: relative paths in it start at the folder of that file. */
export interface Located<Entry> {
  readonly entry: Entry;
  readonly file: string;
}

/** The entries of one or more files, by name. */
export interface KubeConfigs {
  /** The file or files, for messages. */
  readonly source: string;
  readonly currentContext: string | undefined;
  readonly clusters: ReadonlyMap<string, Located<ClusterEntry>>;
  readonly users: ReadonlyMap<string, Located<UserEntry>>;
  readonly contexts: ReadonlyMap<string, Located<ContextEntry>>;
}

const NAMES: Readonly<Record<string, string>> = {
  string: 'text',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  record: 'a map',
};

/**
 * @param file - Its path, for relative paths and messages.
 * @throws KubeConfigError that names file and field, and no value: it may be a secret.
 */
export function parseKubeConfig(content: string, file: string): KubeConfigs {
  const parsed = fileSchema.safeParse(parseYaml(content, file) ?? {});
  if (!parsed.success) throw new KubeConfigError(`${file}: ${problemOf(parsed.error.issues[0])}`);
  const { clusters, users, contexts, 'current-context': currentContext } = parsed.data;
  return {
    source: file,
    currentContext,
    clusters: byName('clusters', file, clusters, ({ cluster: entry }) => entry ?? cluster.parse({})),
    users: byName('users', file, users, ({ user: entry }) => entry ?? EMPTY_USER),
    contexts: byName('contexts', file, contexts, ({ context: entry }) => entry ?? context.parse({})),
  };
}

/** YAML 1.1 as kubectl reads it: of a repeated key the last value counts, and a time is text. */
function parseYaml(content: string, file: string): unknown {
  try {
    const document = parseDocument(content, {
      version: '1.1',
      uniqueKeys: false,
      logLevel: 'error',
      customTags: (tags) => tags.filter((tag) => typeof tag === 'string' || !tag.tag.endsWith(':timestamp')),
    });
    const [error] = document.errors;
    if (error === undefined) return document.toJS() as unknown;
    const [{ line, col } = { line: 1, col: 1 }] = error.linePos ?? [];
    throw new KubeConfigError(
      `${file}: it is not valid YAML at line ${line}, column ${col} (${error.code}). Correct the file.`,
    );
  } catch (error) {
    if (error instanceof KubeConfigError) throw error;
    throw new KubeConfigError(`${file}: an alias in it has no anchor. Correct the file.`);
  }
}

function problemOf(issue: z.core.$ZodIssue | undefined): string {
  const path = (issue?.path ?? [])
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '');
  if (path === 'apiVersion' || path === 'kind')
    return `it is not a kubeconfig of apiVersion v1, kind Config. Correct ${path}.`;
  const expected = issue?.code === 'invalid_type' ? (NAMES[issue.expected] ?? issue.expected) : 'of another type';
  const advice = expected === 'text' ? 'Write it in quotes.' : 'Correct the file.';
  return `${path || 'the file'} is not ${expected}. ${advice}`;
}

function byName<Named extends { readonly name: string | undefined }, Entry>(
  field: string,
  file: string,
  items: readonly Named[],
  entryOf: (item: Named) => Entry,
): Map<string, Located<Entry>> {
  const entries = new Map<string, Located<Entry>>();
  for (const item of items) {
    const name = item.name ?? '';
    if (entries.has(name))
      throw new KubeConfigError(`${file}: ${field} has two entries with the name "${name}". Remove one.`);
    entries.set(name, { entry: entryOf(item), file });
  }
  return entries;
}
