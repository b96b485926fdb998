import { readdir, readFile, rm, writeFile } from 'node:fs/promises';

const DIRECTORY = new URL('./', import.meta.url);
const SUFFIX = '.json';

/** Names of the recorded histories. */
export async function historyNames(): Promise<string[]> {
  const files = await readdir(DIRECTORY);
  return files.filter((file) => file.endsWith(SUFFIX)).map((file) => file.slice(0, -SUFFIX.length));
}

function fileOf(name: string): URL {
  return new URL(`${name}${SUFFIX}`, DIRECTORY);
}

/** A history as proto3 JSON. */
export interface HistoryJson {
  readonly events: readonly Readonly<Record<string, unknown>>[];
}

export async function readHistory(name: string): Promise<HistoryJson> {
  return JSON.parse(await readFile(fileOf(name), 'utf8')) as HistoryJson;
}

/** Replaces all recorded histories by these. */
export async function writeHistories(histories: ReadonlyMap<string, HistoryJson>): Promise<void> {
  for (const name of await historyNames()) await rm(fileOf(name));
  for (const [name, history] of histories) await writeFile(fileOf(name), `${JSON.stringify(history, undefined, 1)}\n`);
}
