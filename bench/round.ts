import type { ProgressReporter } from '../dev/progress-reporter.ts';
import type { LocalServers } from '../dev/start-local-servers.ts';
import { usageOf, type ProcessUsage } from './process-usage.ts';

/** What a number of tasks took. */
export interface Round {
  readonly tasks: number;
  readonly perSecond: number;
  /** Of each process per task, in milliseconds; `own` is the service's, or the floor's. */
  readonly cpuMs: { readonly own: number; readonly temporal: number; readonly kubernetes: number };
  /** Of the service, or the floor, at the end. */
  readonly residentMb: number;
  /** The most since it started. */
  readonly peakMb: number;
}

export interface RoundOptions {
  readonly what: string;
  readonly tasks: number;
  /** Of the service, or the floor. */
  readonly pid: number;
  readonly servers: LocalServers;
  readonly progress: ProgressReporter;
}

/** Measures what the work on so many tasks costs, and tells it. */
export async function measureRound(
  { what, tasks, pid, servers, progress }: RoundOptions,
  work: () => Promise<unknown>,
): Promise<Round> {
  const before = await usages(pid, servers);
  const startedAt = performance.now();
  await work();
  const seconds = (performance.now() - startedAt) / 1_000;
  const after = await usages(pid, servers);
  const perTask = (name: keyof Usages): number => (after[name].cpuMs - before[name].cpuMs) / tasks;
  const round = {
    tasks,
    perSecond: tasks / seconds,
    cpuMs: { own: perTask('own'), temporal: perTask('temporal'), kubernetes: perTask('apiServer') + perTask('etcd') },
    residentMb: after.own.residentMb,
    peakMb: after.own.peakMb,
  };
  progress(`${what}: ${textOf(round)}`);
  return round;
}

/** Several rounds as one: means for each task, memory at the end of the last one. */
export function sumOf(rounds: readonly Round[]): Round {
  const last = rounds.at(-1);
  if (last === undefined) throw new Error('There is no round to sum up.');
  const tasks = total(rounds.map((round) => round.tasks));
  const perTask = (cpuOf: (round: Round) => number): number =>
    total(rounds.map((round) => cpuOf(round) * round.tasks)) / tasks;
  return {
    ...last,
    tasks,
    perSecond: tasks / total(rounds.map((round) => round.tasks / round.perSecond)),
    cpuMs: {
      own: perTask(({ cpuMs }) => cpuMs.own),
      temporal: perTask(({ cpuMs }) => cpuMs.temporal),
      kubernetes: perTask(({ cpuMs }) => cpuMs.kubernetes),
    },
  };
}

interface Usages {
  readonly own: ProcessUsage;
  readonly temporal: ProcessUsage;
  readonly apiServer: ProcessUsage;
  readonly etcd: ProcessUsage;
}

async function usages(pid: number, { temporal, kubernetes }: LocalServers): Promise<Usages> {
  const [own, ofTemporal, apiServer, etcd] = await Promise.all([
    usageOf(pid),
    usageOf(temporal.server.pid),
    usageOf(kubernetes.apiServer.pid),
    usageOf(kubernetes.etcd.pid),
  ]);
  return { own, temporal: ofTemporal, apiServer, etcd };
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function textOf({ tasks, perSecond, cpuMs, residentMb }: Round): string {
  const [own, temporal, kubernetes] = [cpuMs.own, cpuMs.temporal, cpuMs.kubernetes].map((value) => value.toFixed(1));
  return `${tasks} at ${perSecond.toFixed(2)}/s; CPU per task ${own} ms, Temporal ${temporal} ms, API server and etcd ${kubernetes} ms; memory ${Math.round(residentMb)} MB`;
}
