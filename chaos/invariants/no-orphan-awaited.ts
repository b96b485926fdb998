import { holderText } from '../../api/temporal/permit-id.ts';
import type { ObservedPermit, ObservedTask, Observations } from '../observations.ts';
import type { Invariant } from './violation.ts';

/**
 * Who waits for a permit looks every 10 s whether its holder is still there; in milliseconds, with room for a busy
 * machine.
 */
const SURELY_LOOKED_MS = 15_000;

type Orphan = ObservedPermit & { readonly holderClosedAt: number };

/** Permits whose holder has ended without releasing them: the next task that wants the node ends them. */
export function orphansOf({ leftovers: { permits } }: Observations): readonly Orphan[] {
  return permits.flatMap(({ holderClosedAt, ...permit }) =>
    holderClosedAt === undefined ? [] : [{ ...permit, holderClosedAt }],
  );
}

/** No task waits for a permit whose holder no longer exists. */
export const noOrphanAwaited: Invariant = (observations) =>
  orphansOf(observations).flatMap((permit) => {
    const waiter = observations.tasks.find((task) => task.node === permit.node && waitedInVain(task, permit));
    if (waiter === undefined) return [];
    const text = `${waiter.kind} ${waiter.name} waited for ${permit.id}, which ${permit.holder} had left behind, and it is still open`;
    return [{ at: permit.holderClosedAt, subjects: [permit.node, waiter.name], text }];
  });

/** Whether a task said for long that it waits for a holder that had ended. */
function waitedInVain({ states, deletedAt }: ObservedTask, { holder, holderClosedAt }: Orphan): boolean {
  return states.some(({ at, status: { step, message } }, index) => {
    const until = states[index + 1]?.at ?? deletedAt ?? Number.POSITIVE_INFINITY;
    return (
      step === 'Queued' &&
      message?.includes(holderText(holder)) &&
      until - Math.max(at, holderClosedAt) >= SURELY_LOOKED_MS
    );
  });
}
