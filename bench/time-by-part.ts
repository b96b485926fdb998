/** A profile as V8 writes it with `--cpu-prof`. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
  }[];
  /** In microseconds of the monotonic clock. */
  readonly startTime: number;
  /** Ids of the nodes that were seen at work. */
  readonly samples: readonly number[];
  /** Before each sample, in microseconds. */
  readonly timeDeltas: readonly number[];
}

const PROJECT = new URL('../', import.meta.url).href;

/**
 * Sums the time in which each part of a program was itself at work: a package, a room of this project, the modules of
 * Node, the bundle of the workflows, or a native function by its name. What waits counts nowhere.
 *
 * @returns Milliseconds by part.
 */
export function timeByPart(
  profile: CpuProfile,
  { fromUs, untilUs }: { readonly fromUs: number; readonly untilUs: number },
): Map<string, number> {
  const partOf = new Map(profile.nodes.map(({ id, callFrame }) => [id, partOfFrame(callFrame)]));
  const sums = new Map<string, number>();
  let atUs = profile.startTime;
  for (const [index, id] of profile.samples.entries()) {
    const deltaUs = profile.timeDeltas[index] ?? 0;
    atUs += deltaUs;
    const part = partOf.get(id);
    if (part === undefined || part === '(idle)' || atUs < fromUs || atUs > untilUs) continue;
    sums.set(part, (sums.get(part) ?? 0) + deltaUs / 1_000);
  }
  return sums;
}

function partOfFrame({ functionName, url }: CpuProfile['nodes'][number]['callFrame']): string {
  const [, packagePath] = url.split('/node_modules/');
  if (packagePath !== undefined) return packagePath.split('/', packagePath.startsWith('@') ? 2 : 1).join('/');
  if (url.startsWith('node:')) return 'node:';
  if (url.startsWith(PROJECT)) return `${url.slice(PROJECT.length).split('/', 1).join()}/`;
  if (url.endsWith('.js') || url.startsWith('evalmachine.')) return 'workflow bundle';
  // Regular expressions are their own functions.
  if (url !== '') return 'other scripts';
  return functionName.startsWith('RegExp') ? 'regular expressions' : functionName || '(anonymous)';
}
