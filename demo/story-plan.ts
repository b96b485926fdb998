import { runbookManifest } from './manifest.ts';
import { ROLLING_RESTART, ROLLING_RESTART_FILE, restartCounts, restartedSince } from './rolling-restart.ts';
import { STUBBORN_NODE } from './fleet.ts';
import type { Story } from './story.ts';
import { heading, paragraph } from './terminal.ts';

/** What a rolling restart would do, before anything is done. */
export async function tellPlan(story: Story): Promise<void> {
  heading('6  Plan a rolling restart of seven validators and three full nodes');
  paragraph('Voting power is 100 in all. The chain stops when a third of it, 34, is down.');
  const { namespace } = story.stack;
  const manifest = runbookManifest({
    namespace,
    name: ROLLING_RESTART,
    targets: `{ selector: {}, exclude: [${STUBBORN_NODE}] }`,
    maxUnavailable: 2,
  });
  await story.operator.writeFile(ROLLING_RESTART_FILE, manifest);
  const before = restartCounts(story);
  const code = await story.plugin.run(['runbook', 'plan', '-f', ROLLING_RESTART_FILE]);
  story.claims.check({
    'the plan was made': { expected: 0, seen: code },
    'nothing was restarted for it': { expected: [], seen: restartedSince(story, before) },
  });
}
