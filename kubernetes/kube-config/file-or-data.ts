import { dirname, resolve } from 'node:path';
import { KubeConfigError } from '../errors.ts';
import type { FileOrData } from './cluster-access.ts';
import type { Located } from './parse-kube-config.ts';

const BASE64 = /^[\r\nA-Za-z0-9+/]*={0,2}[\r\n]*$/;

/** A path of a kubeconfig: a relative one starts at the folder of the file that it is written in. */
export function resolvedPath(path: string, kubeConfigFile: string): string {
  return resolve(dirname(kubeConfigFile), path);
}

/**
 * What an entry holds in one field as a path, or in another one as base64.
 *
 * @throws KubeConfigError when it has both, or what is not base64.
 */
export function fileOrData<Field extends string>(
  { entry, file }: Located<Readonly<Partial<Record<Field, unknown>>>>,
  { fileField, dataField, at }: { readonly fileField: Field; readonly dataField: Field; readonly at: string },
): FileOrData | undefined {
  const [path, data] = [entry[fileField], entry[dataField]] as (string | undefined)[];
  if (path !== undefined && data !== undefined)
    throw new KubeConfigError(`${at} has both ${fileField} and ${dataField}. Remove one of them.`);
  if (path !== undefined) return { file: resolvedPath(path, file) };
  if (data === undefined) return undefined;
  if (!BASE64.test(data)) throw new KubeConfigError(`${at}.${dataField} is not base64. Correct it.`);
  return { data: Buffer.from(data, 'base64') };
}
