import { once } from 'node:events';
import type { KubernetesObject } from '../kubernetes/kubernetes-object.ts';
import type { ResourceClient } from '../kubernetes/resource-client.ts';
import { parseGoDuration } from '../lib/go-duration.ts';
import { printable } from '../lib/printable.ts';
import { timerLength } from '../lib/timer-length.ts';
import { UsageError } from './errors.ts';
import type { Session } from './session.ts';
import { watchResource } from './watch-resource.ts';

export const EXIT_FAILED = 1;
/** As `timeout(1)`. */
export const EXIT_TIMED_OUT = 124;
/** As a shell reports a program that Ctrl-C has ended. */
const EXIT_INTERRUPTED = 130;

export interface FollowedResource<Resource> {
  /** As last seen. */
  readonly last: Resource;
  readonly end: 'done' | 'deleted' | 'stopped';
  /** Exit code of a program that was stopped, by the time or by Ctrl-C. */
  readonly stopCode: number;
}

interface FollowOptions<Resource extends KubernetesObject> {
  readonly client: ResourceClient<Resource>;
  /** Longest time, a Go duration. Unset: no limit. */
  readonly timeout: string | undefined;
  readonly isDone: (resource: Resource) => boolean;
  readonly show: (resource: Resource) => void;
  /** Called with what went wrong and is retried. */
  readonly showProblem: (problem: string) => void;
}

/** @throws UsageError when `--timeout` stands without the option that it belongs to. */
export function assertTimeoutUsed(
  options: { timeout?: string | undefined; wait?: boolean | undefined; watch?: boolean | undefined },
  flag: 'wait' | 'watch',
): void {
  if (options.timeout !== undefined && options[flag] !== true)
    throw new UsageError(`--timeout needs --${flag}: it is the longest time to watch.`);
}

/** Shows each state of a resource until it is done or deleted, the time is up or Ctrl-C is pressed. */
export async function followResource<Resource extends KubernetesObject>(
  session: Session,
  first: Resource,
  { client, timeout, isDone, show, showProblem }: FollowOptions<Resource>,
): Promise<FollowedResource<Resource>> {
  const stop = new AbortController();
  const timer = timeout === undefined ? undefined : setTimeout(() => stop.abort(EXIT_TIMED_OUT), timerMs(timeout));
  void once(process, 'SIGINT', { signal: stop.signal }).then(
    () => stop.abort(EXIT_INTERRUPTED),
    () => undefined,
  );
  let last = first;
  try {
    const onProblem = ({ message }: Error): void => showProblem(printable(message));
    for await (last of watchResource(session, first, { client, signal: stop.signal, onProblem })) {
      show(last);
      if (isDone(last)) return { end: 'done', stopCode: 0, last };
    }
    return { end: 'deleted', stopCode: 0, last };
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    return { end: 'stopped', stopCode: stop.signal.reason as number, last };
  } finally {
    clearTimeout(timer);
    stop.abort();
  }
}

function timerMs(duration: string): number {
  return timerLength(parseGoDuration(duration) ?? Number.POSITIVE_INFINITY);
}
