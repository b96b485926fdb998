import type { Worker } from '@temporalio/worker';
import type { Config } from './config.ts';
import type { LeadingBridge } from './leading-bridge.ts';
import type { Check, Checks } from './probe-server.ts';
import type { TemporalHealth } from './temporal-health.ts';
import type { WorkerLiveness } from './worker-liveness.ts';

/** What has started so far. Not ready while a part that the role needs is unset. */
export interface Running {
  /** What the start waits for at the moment. */
  waitsFor?: string | undefined;
  taskQueue?: string;
  temporal?: Pick<TemporalHealth, 'problem'>;
  worker?: Pick<Worker, 'getState'>;
  liveness?: Pick<WorkerLiveness, 'wedge'>;
  bridge?: Pick<LeadingBridge, 'isLeading' | 'problem' | 'conflict' | 'queueLength' | 'failing'>;
}

/** The lines of `/readyz`. */
export function readinessOf(role: Config['ROLE'], running: Running, isStopping: boolean): Checks {
  const { temporal, bridge, waitsFor } = running;
  return {
    running: isStopping ? failing('The process was asked to stop.') : passing(),
    temporal: temporal === undefined ? failing(waitsFor) : passingUnless(temporal.problem),
    ...(role === 'bridge' ? {} : { worker: workerCheck(running) }),
    ...(role === 'worker' ? {} : bridgeChecks(running)),
    ...(bridge !== undefined && !bridge.isLeading && bridge.problem === undefined
      ? // Ready also when the leader works on something else: a roll-out of new settings would wait for its own end.
        { 'standing by': passing(bridge.conflict) }
      : {}),
  };
}

/** The lines of `/healthz`: what only a restart of the process can repair. */
export function healthOf({ liveness }: Running): Checks {
  return liveness === undefined ? {} : { worker: passingUnless(liveness.wedge) };
}

function workerCheck({ worker, waitsFor }: Running): Check {
  if (worker === undefined) return failing(waitsFor);
  const state = worker.getState();
  return state === 'RUNNING' ? passing() : failing(`The worker is ${state}.`);
}

function bridgeChecks({ bridge, temporal, waitsFor }: Running): Checks {
  if (bridge === undefined) {
    const detail = temporal === undefined ? undefined : waitsFor;
    return { kubernetes: failing(detail), bridge: failing(detail) };
  }
  const { queueLength, failing: backingOff, problem } = bridge;
  const queue =
    queueLength === 0 ? undefined : `${queueLength} SeiNodeTasks wait, ${backingOff} of them after a failure`;
  return { kubernetes: passing(), bridge: problem === undefined ? passing(queue) : failing(problem) };
}

function passing(detail?: string): Check {
  return { passes: true, detail };
}

function failing(detail?: string): Check {
  return { passes: false, detail };
}

function passingUnless(problem: string | undefined): Check {
  return problem === undefined ? passing() : failing(problem);
}
