import { readFile } from 'node:fs/promises';
import { parseAllDocuments } from 'yaml';
import type { KubernetesObject } from '../kubernetes/kubernetes-object.ts';

/** The objects in a file below deploy/, such as `rbac/bridge.yaml`. */
export async function readManifest(name: string): Promise<KubernetesObject[]> {
  const text = await readFile(new URL(`../deploy/${name}`, import.meta.url), 'utf8');
  return parseAllDocuments(text).map((document) => document.toJS() as KubernetesObject);
}
