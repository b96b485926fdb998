import type { ObservedNode, Observations } from '../observations.ts';
import type { Invariant, Violation } from './violation.ts';

/**
 * A sidecar's process works on a task once: one that has failed and is sent again would run again. Only a transaction
 * is sent again, while it is pending. And nothing runs that nobody has asked for.
 */
export const sentOnce: Invariant = (observations) => {
  const known = knownIds(observations);
  return observations.nodes.flatMap((node) => [...ranTwice(node), ...unknown(node, known)]);
};

function knownIds({ tasks, runbooks, rollingRestarts }: Observations): ReadonlySet<string> {
  return new Set([
    ...tasks.map(({ taskId }) => taskId),
    ...runbooks.flatMap(({ taskIds }) => taskIds),
    ...rollingRestarts.flatMap(({ tries }) => tries.flatMap(({ taskId }) => taskId ?? [])),
  ]);
}

function ranTwice({ name, events }: ObservedNode): Violation[] {
  const ran = new Set<string>();
  const over = new Set<string>();
  return events.flatMap((event) => {
    if (event.type === 'run-ended' && event.end !== 'interrupted') over.add(event.taskId);
    if (event.type !== 'run-began' || event.taskType.startsWith('gov-')) return [];
    const run = `${event.taskId} ${event.lifetime}`;
    if (!ran.has(run) && !over.has(event.taskId)) {
      ran.add(run);
      return [];
    }
    return [
      {
        at: event.at,
        subjects: [name, event.taskId],
        text: `${event.taskType} ${event.taskId} ran a second time on ${name}`,
      },
    ];
  });
}

function unknown({ name, events }: ObservedNode, known: ReadonlySet<string>): Violation[] {
  return events.flatMap((event) =>
    event.type === 'run-began' && !known.has(event.taskId)
      ? [
          {
            at: event.at,
            subjects: [name, event.taskId],
            text: `${event.taskType} ${event.taskId} ran on ${name}, and nobody had asked for it`,
          },
        ]
      : [],
  );
}
