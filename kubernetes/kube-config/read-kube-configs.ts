import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { KubeConfigError } from '../errors.ts';
import { parseKubeConfig, type KubeConfigs } from './parse-kube-config.ts';

/**
 * Reads the kubeconfig as kubectl finds it: the file that is named, else those of `KUBECONFIG`, of which some may be
 * missing and the first one that has an entry wins, else `$HOME/.kube/config`.
 *
 * @returns `undefined` when neither `KUBECONFIG` nor `~/.kube/config` is there.
 * @throws KubeConfigError
 */
export function readKubeConfigs(file?: string): KubeConfigs | undefined {
  if (file !== undefined) return readFile(file);
  const list = process.env['KUBECONFIG'];
  if (list) return readList(list);
  // Only HOME, as kubectl: the user of a container image has no entry in /etc/passwd.
  const home = process.env['HOME'];
  const standard = home ? join(home, '.kube', 'config') : undefined;
  return standard !== undefined && existsSync(standard) ? readFile(standard) : undefined;
}

function readList(list: string): KubeConfigs {
  const source = `KUBECONFIG=${list}`;
  const files = new Set(list.split(delimiter).filter((name) => name !== ''));
  const read = [...files].flatMap((name) => readUnlessMissing(name) ?? []);
  if (read.length === 0)
    throw new KubeConfigError(`${source}: there is no such file. Correct or unset the variable KUBECONFIG.`);
  return { ...read.reduce(merged), source };
}

function merged(first: KubeConfigs, second: KubeConfigs): KubeConfigs {
  return {
    source: first.source,
    currentContext: first.currentContext ?? second.currentContext,
    clusters: new Map([...second.clusters, ...first.clusters]),
    users: new Map([...second.users, ...first.users]),
    contexts: new Map([...second.contexts, ...first.contexts]),
  };
}

function readFile(file: string): KubeConfigs {
  const entries = readUnlessMissing(file);
  if (entries !== undefined) return entries;
  throw new KubeConfigError(`Cannot load ${file}: there is no such file. Correct the path.`);
}

function readUnlessMissing(file: string): KubeConfigs | undefined {
  let content;
  try {
    content = readFileSync(file, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new KubeConfigError(`Cannot load ${file}: ${(cause as Error).message}. Correct the path or the rights.`);
  }
  return parseKubeConfig(content, file);
}
