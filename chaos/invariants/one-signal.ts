import type { JournalEntry } from '../../simulator/journal.ts';
import type { ObservedNode } from '../observations.ts';
import type { Invariant, Violation } from './violation.ts';

/**
 * A restart sends at most one SIGTERM in the lifetime of a sidecar's process: one that is killed runs its tasks again.
 */
export const oneSignal: Invariant = ({ nodes }) => nodes.flatMap(signalledTwice);

function signalledTwice({ name, events }: ObservedNode): Violation[] {
  const restarts = new Set(
    events.flatMap((event) => (event.type === 'run-began' && event.taskType === 'restart-seid' ? [event.taskId] : [])),
  );
  const signalled = new Set<string>();
  return events.flatMap((event) => {
    if (event.type === 'sidecar-started') signalled.clear();
    if (!isSigterm(event) || !restarts.has(event.taskId)) return [];
    if (!signalled.has(event.taskId)) {
      signalled.add(event.taskId);
      return [];
    }
    return [
      {
        at: event.at,
        subjects: [name, event.taskId],
        text: `the restart ${event.taskId} sent seid of ${name} a second SIGTERM`,
      },
    ];
  });
}

function isSigterm(event: JournalEntry): event is JournalEntry & { type: 'seid-signalled' } {
  return event.type === 'seid-signalled' && event.signal === 'SIGTERM';
}
