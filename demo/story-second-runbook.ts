import { runbookManifest } from './manifest.ts';
import {
  FAILING_NODE,
  ROLLING_RESTART,
  isOver,
  restartCounts,
  restartedSince,
  runbookWhere,
} from './rolling-restart.ts';
import type { Story } from './story.ts';
import { blank, heading, paragraph, verbatim } from './terminal.ts';

const NAME = 'restart-urgent';
/** The one with the most power. */
const NODE = 'validator-0';

/** A runbook of somebody else, which wants a node at the wrong moment. */
export async function tellSecondRunbook(story: Story): Promise<void> {
  heading(`8  Somebody else restarts ${NODE} with a second runbook`);
  paragraph(
    `${FAILING_NODE} is down with 14 of 100 voting power. With ${NODE} down as well the chain would stop, so the guard holds the second runbook back.`,
  );
  const { operator, plugin, stack, claims } = story;
  const before = restartCounts(story);
  const file = `${NAME}.yaml`;
  await operator.writeFile(
    file,
    runbookManifest({
      namespace: stack.namespace,
      name: NAME,
      targets: `{ nodes: [${NODE}] }`,
      maxUnavailable: 1,
    }),
  );
  await operator.applyFile(file);
  const held = await runbookWhere(story, NAME, (status) => status.reason === 'Guarded' || isOver(status));
  const statusCode = await plugin.run(['runbook', 'status', NAME]);
  blank();
  verbatim(`# ${ROLLING_RESTART} restarts that node too, so this runbook is not needed.`);
  const why = `${ROLLING_RESTART} does it`;
  const abortCode = await plugin.run(['runbook', 'abort', NAME, '--reason', why]);
  const aborted = await runbookWhere(story, NAME, isOver);
  claims.check({
    'the second runbook waited for the guard, with 34 of 100 voting power at risk': {
      expected: { verdict: 'QuorumAtRisk', riskPower: '34', totalPower: '100' },
      seen: {
        verdict: held.guard?.verdict,
        riskPower: held.guard?.riskPower,
        totalPower: held.guard?.totalPower,
      },
    },
    'it was aborted and has restarted nothing': {
      expected: { phase: 'Aborted', pending: 1, codes: [0, 0], restarted: [] },
      seen: {
        phase: aborted.phase,
        pending: aborted.counts?.pending,
        codes: [statusCode, abortCode],
        restarted: restartedSince(story, before),
      },
    },
  });
}
