import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { Options } from './arguments.ts';
import { startBenchStack, type BenchRun } from './start-bench-stack.ts';
import { billableActions } from './billable-actions.ts';
import { restartAndWait } from './restart-and-wait.ts';
import { atMost, resultOf, type Goal, type Result } from './result.ts';
import { added, samplesOf, sumsBy, type Sample } from './samples.ts';
import { eachAtOnce } from './series.ts';

const WARM_UP = 3;
const AT_ONCE = 4;
/** Twice as many, so that the permit of a node's last task is free again when the next one comes. */
const NODES = 2 * AT_ONCE;
/** Makes a restart a task of 5 s. One that is over within a second would be spared a write of its progress. */
const SLOW_STOP_MS = 4_800;
/** What is written in the background is written by then. */
const SETTLED_MS = 2_000;
/** The API server's whole page, in bytes. */
const METRICS_BYTES = 64 * 1024 * 1024;
const HEARTBEAT = 'RecordActivityTaskHeartbeat';
const READS = ['GET', 'LIST', 'WATCH'];

/** Counts what one uncontended RestartSeid of 5 s costs Temporal and the API server. */
export async function measureCost({ tasks }: Options<'cost'>, run: BenchRun): Promise<Result[]> {
  const { progress, ending } = run;
  const nodes = Array.from({ length: NODES }, (_, index) => ({
    name: `node-${index}`,
    faults: { slowStopMs: SLOW_STOP_MS },
  }));
  await using bench = await startBenchStack({ nodes }, run);
  const { stack, floor } = bench;
  const counts = async (): Promise<Counts> => ({
    api: sumsBy(
      samplesOf(await stack.admin.requestText({ method: 'GET', path: '/metrics', maxResponseBytes: METRICS_BYTES })),
      apiCall,
    ),
    rpcs: sumsBy(samplesOf(await textOf(stack.service.metricsUrl)), temporalCall),
    floorRpcs: sumsBy(samplesOf(await textOf(floor.metricsUrl)), temporalCall),
  });
  const restarts = (prefix: string, count: number): Promise<unknown> =>
    eachAtOnce(count, AT_ONCE, (index) =>
      restartAndWait(stack, { name: `${prefix}-${index}`, node: `node-${index % NODES}`, signal: ending.signal }),
    );

  progress(`warming up: ${WARM_UP} tasks`);
  await Promise.all([floor.run(WARM_UP, 1), restarts('warm-up', WARM_UP)]);
  await sleep(SETTLED_MS, undefined, { signal: ending.signal });
  const before = await counts();
  const since = new Date();
  progress(`${tasks} tasks, ${AT_ONCE} at a time`);
  await Promise.all([floor.run(tasks, 1), restarts('restart', tasks)]);
  const histories = await closedHistories(stack.temporal, since, ending.signal);
  await sleep(SETTLED_MS, undefined, { signal: ending.signal });
  const after = await counts();

  const spent = {
    api: added(before.api, after.api),
    rpcs: added(before.rpcs, after.rpcs),
    floorRpcs: added(before.floorRpcs, after.floorRpcs),
  };
  return resultsOf(tasks, histories, spent);
}

interface Counts {
  /** By verb and resource, of everybody but this benchmark and the sidecars' proxies. */
  readonly api: ReadonlyMap<string, number>;
  /** By method, of the service's process, and of the floor's. */
  readonly rpcs: ReadonlyMap<string, number>;
  readonly floorRpcs: ReadonlyMap<string, number>;
}

interface Histories {
  readonly events: number;
  readonly actions: number;
  readonly floorEvents: number;
  readonly floorActions: number;
}

function resultsOf(tasks: number, histories: Histories, { api, rpcs, floorRpcs }: Counts): Result[] {
  const perTask = (metric: string, value: number, { floor, goal }: { floor?: number; goal?: Goal } = {}): Result =>
    resultOf({
      metric,
      unit: '',
      value: value / tasks,
      ...(floor === undefined ? {} : { floor: floor / tasks }),
      ...(goal === undefined ? {} : { goal }),
    });
  const heartbeats = (of: Counts['rpcs']): number => of.get(HEARTBEAT) ?? 0;
  const calls = [...api].filter(([call]) => !isLease(call)).toSorted(([a], [b]) => a.localeCompare(b));
  const methods = [...new Set([...rpcs.keys(), ...floorRpcs.keys()])].toSorted();
  return [
    perTask('history events, permit included', histories.events, {
      floor: histories.floorEvents,
      goal: atMost(32, 24),
    }),
    perTask('status patches', api.get('PATCH seinodetasks/status') ?? 0, { goal: atMost(4, 3) }),
    perTask('billable actions', histories.actions + heartbeats(rpcs), {
      floor: histories.floorActions + heartbeats(floorRpcs),
    }),
    perTask('API server: reads', total(calls.filter(isRead))),
    perTask('API server: writes', total(calls.filter((call) => !isRead(call)))),
    ...calls.map(([call, count]) => perTask(`API server: ${call}`, count)),
    perTask('Temporal: RPCs', total([...rpcs]), { floor: total([...floorRpcs]) }),
    ...methods.map((method) =>
      perTask(`Temporal: ${method}`, rpcs.get(method) ?? 0, { floor: floorRpcs.get(method) ?? 0 }),
    ),
  ];
}

function total(counts: readonly (readonly [string, number])[]): number {
  return counts.reduce((sum, [, count]) => sum + count, 0);
}

function isRead([call]: readonly [string, number]): boolean {
  return READS.includes(call.split(' ', 1).join());
}

/** They are renewed by the clock, however much there is to do. */
function isLease(call: string): boolean {
  return call.endsWith(' leases');
}

function apiCall({ name, labels }: Sample): string | undefined {
  const { group, verb, resource, subresource } = labels;
  if (name !== 'apiserver_request_total' || resource === '') return undefined;
  const isProxys = group === 'authentication.k8s.io' || group === 'authorization.k8s.io';
  const isOurOwn = verb === 'POST' && resource === 'seinodetasks';
  return isProxys || isOurOwn ? undefined : `${verb} ${resource}${subresource ? `/${subresource}` : ''}`;
}

function temporalCall({ name, labels }: Sample): string | undefined {
  return /^temporal_(long_)?request(_failure)?$/.test(name) ? labels['operation'] : undefined;
}

async function textOf(url: string): Promise<string> {
  return await (await fetch(url)).text();
}

/** The histories of all workflows that began since then, once none of them is open. */
async function closedHistories(client: Client, since: Date, signal: AbortSignal): Promise<Histories> {
  const query = `StartTime >= '${since.toISOString()}'`;
  while ((await client.workflow.count(`${query} AND ExecutionStatus = 'Running'`)).count > 0)
    await sleep(200, undefined, { signal });
  const sums = { events: 0, actions: 0, floorEvents: 0, floorActions: 0 };
  for await (const { workflowId, runId, type } of client.workflow.list({ query })) {
    const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    const ofFloor = type.startsWith('Floor');
    sums[ofFloor ? 'floorEvents' : 'events'] += events?.length ?? 0;
    sums[ofFloor ? 'floorActions' : 'actions'] += billableActions(events ?? []);
  }
  return sums;
}
