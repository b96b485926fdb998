import { nodeVerbs, type RunbookVerb } from '../api/runbook-phases.ts';
import { duration, nonEmpty, resourceName } from './option-values.ts';
import { examples, outputOption, root, watchTimeout } from './root-command.ts';

const EXIT_CODES =
  'Exit codes while watching: 0 only when the runbook is Complete, 1 when it Failed, was Aborted or was deleted, 124 past --timeout, 130 after Ctrl-C, which does not change the runbook.';
const ANSWER =
  'Writes spec.control and waits for the answer of the service, at most a minute. A command that does not fit is refused: exit code 1, with the sentence of status.control.';

/** The commands to a runbook while it runs, in the order of help. */
const steering: Readonly<Record<RunbookVerb, { summary: string; description: string; example: string }>> = {
  pause: {
    summary: 'Start no further node; the node at hand is finished',
    description: 'Resume the runbook to continue.',
    example: "restart-all --reason 'incident 42'",
  },
  resume: {
    summary: 'End a pause; nodes that failed stay failed',
    description: 'It does not end a pause by spec.paused: set that to false.',
    example: 'restart-all -w',
  },
  skip: {
    summary: 'Leave a node out that is Pending or Failed',
    description: 'A node that is being restarted cannot be skipped.',
    example: "restart-all validator-3 --reason 'new disk'",
  },
  retry: {
    summary: 'Restart a node again that failed',
    description: 'The node is next, and everything about it is read again. Repair it first.',
    example: 'restart-all validator-3 -w',
  },
  promote: {
    summary: 'End a soak, the pause after the canary, or the gates at hand',
    description: 'It never passes over the guard.',
    example: 'restart-all',
  },
  abort: {
    summary: 'End the runbook when the node at hand is finished',
    description: 'What was restarted stays restarted. To continue later, create a new runbook for the rest.',
    example: "restart-all --reason 'wrong chain'",
  },
};

/** Adds `runbook` and its actions to the program. */
export function addRunbookCommands(): void {
  const runbook = root
    .command('runbook')
    .summary('Plan, watch and steer a rolling restart')
    .description('Actions on SeiNodeRunbooks, which are created with kubectl apply.')
    .helpCommand(false)
    .addHelpText('after', '\n`kubectl snt help runbook ACTION` tells more, with examples.');

  runbook
    .command('plan')
    .summary('Show what a runbook would do now; nothing is touched')
    .description(
      'Each node in its order with its power and what the guard says of it now, the lowest margin to a third of the voting power, and what can never pass.\n\nCreates the runbook under another name, as a dry run, and deletes it afterwards. A field that the API server does not know is an error.\n\nExit codes: 0 when there is a plan, 1 when the manifest is refused, 124 past --timeout.',
    )
    .requiredOption(
      '-f, --filename <FILE>',
      'Manifest of one SeiNodeRunbook; - is stdin. Required.',
      nonEmpty('--filename'),
    )
    .option(
      '--timeout <DURATION>',
      'Longest wait for the plan, such as 30s; then the exit code is 124. Default: 5m.',
      duration('--timeout'),
    )
    .addOption(outputOption('json', 'yaml'))
    .addHelpText('after', examples('kubectl snt runbook plan -f restart-all.yaml'))
    .action(async (_options, command) => {
      const { planRunbook } = await import('./commands/runbook-plan.ts');
      process.exitCode = await planRunbook(command.optsWithGlobals());
    });

  runbook
    .command('list')
    .summary('List runbooks, newest first')
    .option('-A, --all-namespaces', 'List the runbooks of all namespaces.')
    .option('-l, --selector <SELECTOR>', 'List runbooks with these labels, such as team=core.', nonEmpty('--selector'))
    .addOption(outputOption('json', 'yaml', 'name'))
    .addHelpText('after', examples('kubectl snt runbook list -A', 'kubectl snt runbook list -o name'))
    .action(async (_options, command) => {
      const { listRunbooks } = await import('./commands/runbook-list.ts');
      process.exitCode = await listRunbooks(command.optsWithGlobals());
    });

  runbook
    .command('status')
    .summary('Show where a runbook stands, or watch it to its end')
    .description(
      `Phase, progress, the node at hand with its step, the numbers of the guard, and a line for each node: voting power, height before its restart and blocks since, and time. While the runbook waits for an operator, also each command that fits.\n\nOn a terminal --watch draws all of it again in place. Where not all nodes fit, those that failed, those at hand and the next ones are shown. Elsewhere a new block is printed when something has changed. It also watches while the runbook is Paused or NeedsOperator: use another terminal to steer it.\n\nExit codes without --watch: 1 when the runbook Failed, was Aborted or does not exist, else 0.\n\n${EXIT_CODES}`,
    )
    .argument('<RUNBOOK>', 'Name of the SeiNodeRunbook.', resourceName('RUNBOOK'))
    .option('-w, --watch', 'Watch the runbook to its end.')
    .addOption(watchTimeout('runbook'))
    .addOption(outputOption('json', 'yaml'))
    .addHelpText(
      'after',
      examples('kubectl snt runbook status restart-all -w', 'kubectl snt runbook status restart-all -w --timeout 2h'),
    )
    .action(async (name, _options, command) => {
      const { runbookStatus } = await import('./commands/runbook-status.ts');
      process.exitCode = await runbookStatus(name, command.optsWithGlobals());
    });

  for (const [verb, { summary, description, example }] of Object.entries(steering)) {
    const command = runbook
      .command(verb)
      .summary(summary)
      .description([description, ANSWER, EXIT_CODES].join('\n\n'))
      .argument('<RUNBOOK>', 'Name of the SeiNodeRunbook.', resourceName('RUNBOOK'))
      .option('--reason <TEXT>', 'Why: for the status and for Temporal.', nonEmpty('--reason'))
      .option('-w, --wait', 'Watch the runbook to its end, as runbook status --watch does.')
      .addOption(watchTimeout('runbook'))
      .addOption(outputOption('name', 'json', 'yaml'))
      .addHelpText('after', examples(`kubectl snt runbook ${verb} ${example}`));
    if (nodeVerbs.includes(verb as RunbookVerb))
      command
        .argument('<NODE>', 'Name of the SeiNode.', resourceName('NODE'))
        .action(async (name, node, _options, self) => {
          const { steerRunbook } = await import('./commands/runbook-control.ts');
          process.exitCode = await steerRunbook({ name, verb: verb as RunbookVerb, node }, self.optsWithGlobals());
        });
    else
      command.action(async (name, _options, self) => {
        const { steerRunbook } = await import('./commands/runbook-control.ts');
        process.exitCode = await steerRunbook({ name, verb: verb as RunbookVerb }, self.optsWithGlobals());
      });
  }
}
