import { setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import proto from '@temporalio/proto';
import { holderText, turnDelay } from '../api/node-permit.ts';
import { present } from '../api/present.ts';
import { abortable } from '../kubernetes/abortable.ts';
import { leaveWait } from './leave-wait.ts';
import type { PermitLine } from './permit-line.ts';

const { HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT } = proto.temporal.api.enums.v1.HistoryEventFilterType;
/** Between two heartbeats, in milliseconds: three fit into the heartbeat timeout. */
const HEARTBEAT_MS = 5_000;

export interface AwaitPermitRequest {
  readonly permitId: string;
  /** Start of the wait, in milliseconds since the epoch. */
  readonly sinceMs: number;
}

interface AwaitPermitOptions {
  readonly line: PermitLine;
  /** Aborted when the process shuts down. */
  readonly shutdown: AbortSignal;
  /** Told who has the permit, each time that it is somebody else. */
  readonly onHolder: (holder: string) => void;
}

/** Who has a permit, as messages call him; `undefined` = nobody. */
export async function readPermitHolder(client: Client, permitId: string): Promise<string | undefined> {
  return (await readHolder(client, permitId))?.name;
}

/** Waits until a permit is free and it is this waiter's turn to try for it; another one may still be faster. */
export async function awaitPermit({ permitId, sinceMs }: AwaitPermitRequest, { line, shutdown, onHolder }: AwaitPermitOptions): Promise<void> {
  const { client, cancellationSignal } = Context.current();
  const signal = AbortSignal.any([cancellationSignal, shutdown]);
  const place = line.join(permitId, sinceMs);
  try {
    for (;;) {
      const holder = await readHolder(client, permitId);
      if (holder !== undefined) {
        onHolder(holder.name);
        await endOf(client, { permitId, ...holder }, signal);
      }
      await sleep(turnDelay(place.position, Date.now() - sinceMs), undefined, { signal });
      if ((await readHolder(client, permitId)) === undefined) return;
    }
  } catch (error) {
    leaveWait(error, shutdown);
  } finally {
    place.leave();
  }
}

interface Holder {
  readonly runId: string;
  readonly name: string;
}

async function readHolder(client: Client, permitId: string): Promise<Holder | undefined> {
  try {
    const { status, runId, parentExecution } = await client.workflow.getHandle(permitId).describe();
    return status.name === 'RUNNING' ? { runId, name: holderText(parentExecution?.workflowId ?? undefined) } : undefined;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

/**
 * Resolves as soon as the permit is given back: the server holds the answer for up to 20 s. A handle's `result()` does
 * the same, but over a worker's connection it cannot be called off.
 */
async function endOf(client: Client, { permitId, runId, name }: Holder & { readonly permitId: string }, signal: AbortSignal): Promise<void> {
  const context = Context.current();
  const request = {
    namespace: client.options.namespace,
    execution: { workflowId: permitId, runId },
    waitNewEvent: true,
    historyEventFilterType: HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT,
  };
  context.heartbeat({ holder: name });
  const heartbeats = setInterval(() => context.heartbeat({ holder: name }), HEARTBEAT_MS);
  try {
    for (let nextPageToken: Uint8Array | null | undefined; ; ) {
      const answer = await abortable(client.workflowService.getWorkflowExecutionHistory({ ...request, ...present({ nextPageToken }) }), signal);
      if (answer.history?.events?.length) return;
      nextPageToken = answer.nextPageToken;
    }
  } finally {
    clearInterval(heartbeats);
  }
}
