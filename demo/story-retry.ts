import { FAST, FULL_NODES, VALIDATORS } from './fleet.ts';
import {
  FAILING_NODE,
  ROLLING_RESTART,
  isOver,
  neverStopped,
  restartedSince,
  runbookWhere,
} from './rolling-restart.ts';
import type { Beginning } from './story-rolling-restart.ts';
import type { Story } from './story.ts';
import { blank, heading, paragraph } from './terminal.ts';

/** The node that failed is repaired, and the rolling restart continues to its end. */
export async function tellRetry(story: Story, { height, restarts }: Beginning): Promise<void> {
  heading(`9  Repair ${FAILING_NODE}, and retry it`);
  paragraph(
    `The operator gives ${FAILING_NODE} its peers back: the demo switches the fault off. The first command has the wrong node.`,
  );
  const { plugin, stack, claims, operator } = story;
  stack.fleet.node(stack.namespace, FAILING_NODE).setFaults(FAST);
  const typoCode = await plugin.run(['runbook', 'retry', ROLLING_RESTART, 'validator-6']);
  blank();
  const retry = ['runbook', 'retry', ROLLING_RESTART, FAILING_NODE, '--reason', 'it has its peers back'];
  const retryCode = await plugin.run(retry);
  blank();
  const statusCode = await plugin.run(['runbook', 'status', ROLLING_RESTART, '-w']);
  const { phase, progress, nodes = [] } = await runbookWhere(story, ROLLING_RESTART, isOver);
  const all = [...VALIDATORS, ...FULL_NODES];
  claims.check({
    'the rolling restart is Complete, 10/10': { expected: 'Complete 10/10', seen: `${phase} ${progress}` },
    [`${FAILING_NODE} needed two tries, every other node one`]: {
      expected: [FAILING_NODE],
      seen: nodes
        .filter(({ tries }) => tries !== 1)
        .map(({ name, tries }) => (tries === 2 ? name : `${name}: ${tries}`)),
    },
    'each seid got one SIGTERM per try': {
      expected: [...all, FAILING_NODE].toSorted(),
      seen: restartedSince(story, restarts).toSorted(),
    },
    ...neverStopped(story, height),
    'the command that does not fit ended with exit code 1, the others with 0': {
      expected: [1, 0, 0],
      seen: [typoCode, retryCode, statusCode],
    },
  });
  await operator.list('snr');
}
