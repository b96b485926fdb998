import { ActivityFailure, CancellationScope, isCancellation, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/create-activities.ts';
import type { ImageEnd } from '../activities/node-image.ts';
import { cancelledAfterImage, cancelledBeforeDispatch } from '../api/cancel-verdicts.ts';
import type { SeiNode } from '../api/sei-node.ts';
import type { Payload } from '../api/payloads.ts';
import { present } from '../api/present.ts';
import { workingOn } from '../api/progress.ts';
import { imageRefused, imageTimedOut, taskComplete, targetGone, type Verdict } from '../api/verdict.ts';
import { LAST_CALL, pollOptions, SINGLE_CALL } from './activity-options.ts';
import type { Execution } from './execution.ts';
import { lastCall } from './last-call.ts';
import { withinDeadline } from './sidecar-steps.ts';
import type { TaskRun } from './task-run.ts';

const { checkTargetPhase } = proxyActivities<Activities>({ ...LAST_CALL, summary: 'Read the SeiNode once more' });

/** Sets the SeiNode's image and waits until the node runs it; the SeiNode's controller does the work. */
export async function updateImage(run: TaskRun, execution: Execution, node: SeiNode): Promise<Verdict> {
  const { plan, mirror } = run;
  const { image } = plan.payload as Payload<'updateNodeImage'>;
  const request = { node: plan.node, uid: node.metadata.uid, image };
  if (CancellationScope.current().consideredCancelled) {
    return node.spec.image === image ? cancelledAfterImage(image) : cancelledBeforeDispatch();
  }
  const bound = withinDeadline(execution);
  if (bound === undefined) return await lastLook(run, request, 'unset');
  const { applyImage } = proxyActivities<Activities>({ ...SINGLE_CALL, ...bound, summary: 'Set the image' });
  try {
    const applied = await CancellationScope.nonCancellable(() => applyImage({ ...request, subject: mirror.subject }));
    if (applied.state === 'refused') return imageRefused(plan.node, applied.words);
    if (applied.state === 'missing') return targetGone(plan.node);
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    return await lastLook(run, request, 'unset');
  }
  return await watchImage(run, execution, request);
}

interface ImageRequest {
  readonly node: { readonly namespace: string; readonly name: string };
  readonly uid: string;
  readonly image: string;
}

async function watchImage(run: TaskRun, execution: Execution, request: ImageRequest): Promise<Verdict> {
  const { plan, mirror, display } = run;
  display.show(workingOn(plan.kind), execution);
  const bound = withinDeadline(execution);
  if (bound === undefined) return await lastLook(run, request, 'set');
  const { awaitImage } = proxyActivities<Activities>({
    ...pollOptions(),
    ...bound,
    summary: `Wait until ${plan.node.name} runs the image`,
  });
  try {
    const end = await awaitImage({
      ...request,
      sinceMs: execution.startedAtMs,
      ...present({ deadlineMs: execution.deadlineMs }),
      announce: mirror.announcement(workingOn(plan.kind)),
    });
    return end.state === 'deadline' ? await lastLook(run, request, 'set') : verdictOf(run, request, end);
  } catch (error) {
    if (isCancellation(error)) return cancelledAfterImage(request.image);
    if (!(error instanceof ActivityFailure)) throw error;
    return await lastLook(run, request, 'set');
  }
}

function verdictOf({ plan }: TaskRun, { image }: ImageRequest, end: Exclude<ImageEnd, { state: 'deadline' }>): Verdict {
  if (end.state === 'missing') return targetGone(plan.node);
  return { ...taskComplete(plan.kind), outputs: { updateNodeImage: { appliedImage: image } } };
}

/** The node has the last word: after an outage of ours it may long run the image. */
async function lastLook(run: TaskRun, request: ImageRequest, image: 'set' | 'unset'): Promise<Verdict> {
  const { plan } = run;
  const seen = await lastCall(() => checkTargetPhase(plan.node)).catch(() => undefined);
  const past = { node: plan.node, timeoutMs: plan.timeoutMs ?? 0, image: request.image, set: image === 'set' };
  if (seen === undefined) return imageTimedOut(past);
  const { node } = seen;
  if (node?.metadata.uid !== request.uid) return targetGone(plan.node);
  const current = node.status?.currentImage;
  const isRunning = node.spec.image === request.image && current === request.image;
  return isRunning ? verdictOf(run, request, { state: 'running' }) : imageTimedOut({ ...past, current });
}
