import type { RunbookStatus } from '../api/sei-node-runbook.ts';
import { FAST, FULL_NODES, VALIDATORS } from './fleet.ts';
import {
  FAILING_NODE,
  ROLLING_RESTART,
  ROLLING_RESTART_FILE,
  isOver,
  restartCounts,
  restartedSince,
  runbookWhere,
} from './rolling-restart.ts';
import type { Story } from './story.ts';
import { heading, paragraph } from './terminal.ts';

/** Longer than the demo, in milliseconds. */
const CATCH_UP_MS = 3_600_000;

/** How everything was when the rolling restart began. */
export interface Beginning {
  readonly height: number;
  readonly restarts: ReadonlyMap<string, number>;
}

/** A rolling restart that is watched until one of its nodes does not come back. */
export async function tellRollingRestart(story: Story): Promise<Beginning> {
  heading('7  The rolling restart, until a node fails');
  paragraph(
    `Two nodes may be down at a time, if the guard allows it. ${FAILING_NODE} will lose its peers: it serves RPC after its restart and does not catch up. Its gate finds that.`,
  );
  const { fleet, namespace } = story.stack;
  for (const name of [...VALIDATORS, ...FULL_NODES]) fleet.node(namespace, name).setFaults(FAST);
  fleet.node(namespace, FAILING_NODE).setFaults({ ...FAST, catchUpMs: CATCH_UP_MS });
  const beginning = { height: fleet.height, restarts: restartCounts(story) };

  await story.operator.applyFile(ROLLING_RESTART_FILE);
  await story.plugin.run(['runbook', 'status', ROLLING_RESTART, '-w'], {
    after: () => untilStuck(story),
    printed: /^Nodes: .* failed(?!.* running)/,
  });
  const { nodes = [], failures = [] } = await untilStuck(story);
  const restarted = restartedSince(story, beginning.restarts);
  story.claims.check({
    [`${FAILING_NODE} failed at its gate, and the runbook needs an operator`]: {
      expected: [`${FAILING_NODE} GateTimeout`],
      seen: failures.map(({ name, reason }) => `${name} ${reason}`),
    },
    'nodes without voting power were first, then validators, the smallest power first': {
      expected: [...FULL_NODES, ...VALIDATORS.toReversed()],
      seen: nodes.map(({ name }) => name),
    },
    [`no node was restarted twice: ${restarted.length} restarts`]: {
      expected: [...new Set(restarted)],
      seen: restarted,
    },
    'the chain never stopped': { expected: [], seen: fleet.chain.stops },
  });
  return beginning;
}

/** Until the runbook waits for an operator, with no node at hand. */
async function untilStuck(story: Story): Promise<RunbookStatus> {
  return await runbookWhere(
    story,
    ROLLING_RESTART,
    (status) => (status.phase === 'NeedsOperator' && status.current === undefined) || isOver(status),
  );
}
