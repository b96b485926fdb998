import { readFile } from 'node:fs/promises';
import { text as readAll } from 'node:stream/consumers';
import { parseAllDocuments } from 'yaml';
import { SEI_NODE_RUNBOOK } from '../api/resources.ts';
import { UsageError } from './errors.ts';

const STDIN = '-';

/** A SeiNodeRunbook as somebody wrote it. Its spec is checked by the API server. */
export interface RunbookManifest {
  readonly apiVersion?: string;
  readonly kind: string;
  readonly metadata?: { readonly name?: string; readonly namespace?: string; readonly labels?: object };
  readonly spec?: object;
}

/**
 * Reads a manifest, as YAML or JSON.
 *
 * @param file - `-` is stdin.
 * @throws UsageError when it is not the manifest of one SeiNodeRunbook.
 */
export async function readRunbookFile(file: string): Promise<RunbookManifest> {
  const documents = documentsIn(file, await textOf(file));
  const [manifest] = documents;
  const { kind } = (manifest ?? {}) as { readonly kind?: unknown };
  if (documents.length !== 1 || kind !== SEI_NODE_RUNBOOK.kind)
    throw new UsageError(
      `--filename must be a file with one ${SEI_NODE_RUNBOOK.kind}, got ${described(documents)} in ${file}.`,
    );
  return manifest as RunbookManifest;
}

async function textOf(file: string): Promise<string> {
  try {
    return file === STDIN ? await readAll(process.stdin) : await readFile(file, 'utf8');
  } catch (error) {
    throw new UsageError(`--filename must be a file that can be read: ${(error as Error).message}.`);
  }
}

/** YAML 1.1, as kubectl reads it. */
function documentsIn(file: string, text: string): unknown[] {
  const documents = parseAllDocuments(text, { version: '1.1', merge: true });
  return [...documents].flatMap((document) => {
    const [error] = document.errors;
    if (error !== undefined)
      throw new UsageError(`--filename must be YAML or JSON. ${file}: ${error.message.split('\n', 1).join()}`);
    const value: unknown = document.toJS();
    return value === null ? [] : [value];
  });
}

function described(documents: readonly unknown[]): string {
  const kinds = documents.map((document) => {
    const { kind } = (document ?? {}) as { readonly kind?: unknown };
    return typeof kind === 'string' ? kind : 'no kind';
  });
  return kinds.length === 0 ? 'nothing' : kinds.join(', ');
}
