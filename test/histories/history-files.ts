import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import packageJson from '../../package.json' with { type: 'json' };

const DIRECTORY = new URL('./', import.meta.url);
const SUFFIX = '.json';

/** A recorded history: the version of the service that recorded it, and its course. */
export interface HistoryName {
  readonly version: string;
  readonly course: string;
}

/** All recorded histories, of all versions: a workflow that is still open may have been started by any of them. */
export async function historyNames(): Promise<HistoryName[]> {
  const entries = await readdir(DIRECTORY, { withFileTypes: true });
  const versions = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const names = await Promise.all(
    versions.map(async (version) => ({ version, files: await readdir(new URL(`${version}/`, DIRECTORY)) })),
  );
  return names.flatMap(({ version, files }) =>
    files.map((file) => ({ version, course: file.slice(0, -SUFFIX.length) })),
  );
}

function fileOf({ version, course }: HistoryName): URL {
  return new URL(`${version}/${course}${SUFFIX}`, DIRECTORY);
}

/** A history as proto3 JSON. */
export interface HistoryJson {
  readonly events: readonly Readonly<Record<string, unknown>>[];
}

export async function readHistory(name: HistoryName): Promise<HistoryJson> {
  return JSON.parse(await readFile(fileOf(name), 'utf8')) as HistoryJson;
}

/** The history of a course that was recorded last. */
export async function latestHistory(course: string): Promise<HistoryJson> {
  const [latest] = (await historyNames())
    .filter((name) => name.course === course)
    .toSorted((a, b) => b.version.localeCompare(a.version, undefined, { numeric: true }));
  if (latest === undefined) throw new Error(`no history of ${course} is recorded; run npm run record-histories`);
  return await readHistory(latest);
}

/** Adds a history under this version. @throws Error when there is one already: what was recorded is never replaced. */
export async function addHistory(course: string, history: HistoryJson): Promise<void> {
  await mkdir(new URL(`${packageJson.version}/`, DIRECTORY), { recursive: true });
  await writeFile(fileOf({ version: packageJson.version, course }), `${JSON.stringify(history, undefined, 1)}\n`, {
    flag: 'wx',
  });
}
