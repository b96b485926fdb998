import { Argument, Command, Option } from '@commander-js/extra-typings';
import { seiNodePhases, taskPhases } from '../api/phases.ts';
import { runbookVerbs } from '../api/runbook-phases.ts';
import { duration, nonEmpty, oneOf, repeated, requestTimeout, resourceName, wholeNumber } from './option-values.ts';

const INT32 = 2n ** 31n - 1n;
/** Help is this wide on every terminal, so that docs/cli.md shows what everybody sees. */
const HELP_WIDTH = 80;

const exitCodesOfWatch =
  'Exit codes while watching: 0 only when the task is Complete, 1 when it Failed or was deleted, 124 past --timeout, 130 after Ctrl-C, which does not change the task.';

/**
 * All commands and options. Help, docs/cli.md and shell completion are made from it, and each command loads its code
 * only when it runs: help and completion are quick.
 */
export const program = new Command('kubectl snt')
  .description('Operate Sei nodes by SeiNodeTasks.')
  .option('-n, --namespace <NAMESPACE>', "Kubernetes namespace. Default: the context's.", resourceName('--namespace'))
  .option('--context <CONTEXT>', 'Context of the kubeconfig. Default: its current one.', nonEmpty('--context'))
  .option('--kubeconfig <FILE>', 'Kubeconfig. Default: KUBECONFIG, then ~/.kube/config.', nonEmpty('--kubeconfig'))
  .option('--cluster <NAME>', "Cluster of the kubeconfig. Default: the context's.", nonEmpty('--cluster'))
  .option('--user <NAME>', "User of the kubeconfig. Default: the context's.", nonEmpty('--user'))
  .option('--as <USER>', 'User to impersonate.', nonEmpty('--as'))
  .option('--as-group <GROUP>', 'Group to impersonate; can be repeated.', repeated(nonEmpty('--as-group')))
  .option(
    '--request-timeout <DURATION>',
    'Longest time for one call to the API server, such as 30s, or a number of seconds; 0 means no limit. Default: 10s.',
    requestTimeout('--request-timeout'),
  )
  .helpOption('-h, --help', 'Print help of the command.')
  .helpCommand(false)
  .addHelpText('after', '\n`kubectl snt help COMMAND` tells more, with examples.')
  .exitOverride()
  .configureOutput({ outputError: () => undefined })
  .configureHelp({
    helpWidth: HELP_WIDTH,
    minWidthToWrap: 20,
    subcommandTerm: (command) => command.name(),
    optionTerm: ({ short, flags }) => (short === undefined ? `    ${flags}` : flags),
    commandDescription: (command) =>
      [command.summary() && `${command.summary()}.`, command.description()].filter(Boolean).join('\n\n'),
  });

const output = <const Formats extends readonly string[]>(...formats: Formats) =>
  new Option('-o, --output <FORMAT>', 'Format for programs. Default: text for people.').choices(formats);

const watchTimeout = () =>
  new Option(
    '--timeout <DURATION>',
    'Longest time to watch, such as 11m; then the exit code is 124. The task continues. Default: no limit.',
  ).argParser(duration('--timeout'));

/** A command that creates a task. */
function creation(name: string) {
  return program
    .command(name)
    .argument('<NODE>', 'Name of the SeiNode.', resourceName('NODE'))
    .option(
      '--reason <TEXT>',
      'Why: for Events, the status and the Temporal UI (annotation sei.io/reason).',
      nonEmpty('--reason'),
    )
    .option(
      '--timeout-seconds <SECONDS>',
      "Longest execution time of the task, a year at most; 0 means the kind's default.",
      wholeNumber('--timeout-seconds', 0n, 2n ** 63n - 1n, '2^63-1'),
    )
    .option(
      '--name <NAME>',
      'Name of the SeiNodeTask. Default: made from the node, with a random end.',
      resourceName('--name'),
    )
    .addOption(
      new Option(
        '--require-phase <PHASE>',
        'Phase that the SeiNode must be in before anything is done. Default: Running.',
      ).choices(seiNodePhases),
    )
    .option(
      '--require-phase-timeout <DURATION>',
      'Longest wait for that phase, such as 90s. Default: 5m.',
      duration('--require-phase-timeout'),
    )
    .option(
      '--queue-timeout <DURATION>',
      'Longest wait for other work on the node, such as 30m. Default: no limit.',
      duration('--queue-timeout'),
    )
    .option(
      '--ttl-seconds-after-finished <SECONDS>',
      'Seconds after its end after which the task is deleted. Default: never.',
      wholeNumber('--ttl-seconds-after-finished', 0n, INT32, '2^31-1'),
    )
    .option('-w, --wait', 'Watch the task to its end, as status --watch does.')
    .addOption(watchTimeout())
    .addOption(
      new Option('--dry-run <WHERE>', 'Have the API server check it without creating it.')
        .choices(['server'])
        .conflicts('wait'),
    )
    .addOption(output('name', 'json', 'yaml'));
}

creation('restart')
  .option(
    '--min-seconds-between-restarts <SECONDS>',
    'Seconds since the last restart of the node before this one is sent. Default: 0.',
    wholeNumber('--min-seconds-between-restarts', 0n, INT32, '2^31-1'),
  )
  .summary('Restart seid on a node, in place')
  .description(
    `Creates a SeiNodeTask of kind RestartSeid. Complete means that the RPC of seid serves again, not that the node has caught up: follow with await-height.\n\n${exitCodesOfWatch}`,
  )
  .addHelpText(
    'after',
    examples(
      "kubectl snt restart validator-0 --reason 'memory leak' --wait",
      'kubectl snt restart validator-0 -n arctic-1 --dry-run=server -o yaml',
      'kubectl snt restart validator-0 -w --timeout 11m &&\n    kubectl snt await-height validator-0 1200000 -w',
    ),
  )
  .action(async (node, _options, command) => {
    const { restart } = await import('./commands/restart.ts');
    process.exitCode = await restart(node, command.optsWithGlobals());
  });

creation('await-height')
  .argument('<HEIGHT>', 'Height of the block to wait for.', wholeNumber('HEIGHT', 1n, 2n ** 53n - 1n, '2^53-1'))
  .summary('Wait until a node has reached a height')
  .description(
    `Creates a SeiNodeTask of kind AwaitNodesAtHeight. Without --timeout-seconds it waits as long as it takes.\n\n${exitCodesOfWatch}`,
  )
  .addHelpText(
    'after',
    examples(
      'kubectl snt await-height validator-0 1200000 --wait',
      'kubectl snt await-height validator-0 1200000 --timeout-seconds 900 -o name',
    ),
  )
  .action(async (node, height, _options, command) => {
    const { awaitHeight } = await import('./commands/await-height.ts');
    process.exitCode = await awaitHeight(node, height, command.optsWithGlobals());
  });

program
  .command('get')
  .summary('List tasks, newest first')
  .description(
    'STATE is the step of a task that is under way, and the reason of one that is over. MESSAGE tells of a task that is under way what is being done, or what blocks it. The duration of such a task is the time since it was first seen.\n\nOn a terminal that is too narrow, the message stands below its row, and AGE, KIND, DURATION and TARGET are left out in this order. Elsewhere each task is one line; programs should read -o json.\n\n-o wide is never narrowed: it also has who asked for a task and why, its workflow, and the message of a task that is over.',
  )
  .argument('[NAME]', 'Name of the SeiNodeTask.', resourceName('NAME'))
  .option('-A, --all-namespaces', 'List the tasks of all namespaces.')
  .option('-l, --selector <SELECTOR>', 'List tasks with these labels, such as team=core.', nonEmpty('--selector'))
  .option('--node <NODE>', 'List tasks on this SeiNode.', resourceName('--node'))
  .addOption(new Option('--phase <PHASE>', 'List tasks in this phase.').choices(taskPhases))
  .option('-w, --watch', 'After the list, print a row for each change, until Ctrl-C.')
  .addOption(output('wide', 'json', 'yaml', 'name'))
  .addHelpText(
    'after',
    examples(
      'kubectl snt get -A --phase Running -w',
      'kubectl snt get --node validator-0 -o wide',
      'kubectl snt get restart-validator-0-x7k2p -o yaml',
    ),
  )
  .action(async (name, _options, command) => {
    const { get } = await import('./commands/get.ts');
    process.exitCode = await get(name, command.optsWithGlobals());
  });

program
  .command('status')
  .summary('Show where a task stands, or watch it to its end')
  .description(
    `Exit codes without --watch: 1 when the task Failed or does not exist, else 0.\n\n${exitCodesOfWatch}\n\nOn a terminal the last line shows the step and the time it has taken; elsewhere there is one line for each change.`,
  )
  .argument('<NAME>', 'Name of the SeiNodeTask.', resourceName('NAME'))
  .option('-w, --watch', 'Watch the task to its end.')
  .addOption(watchTimeout())
  .addHelpText(
    'after',
    examples(
      'kubectl snt status restart-validator-0-x7k2p',
      'kubectl snt status restart-validator-0-x7k2p -w --timeout 11m',
    ),
  )
  .action(async (name, _options, command) => {
    const { status } = await import('./commands/status.ts');
    process.exitCode = await status(name, command.optsWithGlobals());
  });

program
  .command('cancel')
  .summary('Cancel a task and keep its resource')
  .description(
    'Sets the annotation sei.io/cancel; the task ends as Failed with reason Cancelled. What has been sent to a node and does more than wait cannot be undone: it is watched to its end.\n\nA task that is over is left as it is, and the exit code is 1.\n\nTo change what a task does, cancel it and create a new one: only timeoutSeconds, minSecondsBetweenRestarts and ttlSecondsAfterFinished of an existing task can be changed, with kubectl patch or kubectl edit.',
  )
  .argument('<NAME>', 'Name of the SeiNodeTask.', resourceName('NAME'))
  .requiredOption('--reason <TEXT>', "Why: for Events and the task's status. Required.", nonEmpty('--reason'))
  .addHelpText('after', examples("kubectl snt cancel await-height-validator-0-9qz4c --reason 'wrong height'"))
  .action(async (name, _options, command) => {
    const { cancel } = await import('./commands/cancel.ts');
    process.exitCode = await cancel(name, command.optsWithGlobals());
  });

program
  .command('runbook')
  .summary('Plan, watch and steer a rolling restart')
  .description(
    'Actions on a SeiNodeRunbook:\n  plan -f FILE: what it would do now, and what can never pass; nothing is touched\n  status: where it stands; with --watch to its end\n  pause, resume, abort: start no further node; continue; end after the node at hand\n  skip, retry: a NODE is left out; a NODE that failed is restarted again\n  promote: end a soak, the pause after a canary, or a gate\n\nExit codes: 1 when a command is refused or the runbook Failed or was Aborted, 124 past --timeout, 130 after Ctrl-C, which does not change the runbook.',
  )
  .addArgument(new Argument('<ACTION>', 'What to do.').choices(['plan', 'status', ...runbookVerbs]))
  .argument('[RUNBOOK]', 'Name of the SeiNodeRunbook.', resourceName('RUNBOOK'))
  .argument('[NODE]', 'Name of the SeiNode, for skip and retry.', resourceName('NODE'))
  .option('-f, --filename <FILE>', 'Manifest of a SeiNodeRunbook to plan; - is stdin.', nonEmpty('--filename'))
  .option('--reason <TEXT>', 'Why: for the status and for Temporal.', nonEmpty('--reason'))
  .option('-w, --watch', 'Watch the runbook to its end.')
  .addOption(watchTimeout())
  .addHelpText(
    'after',
    examples(
      'kubectl snt runbook plan -f restart-all.yaml',
      'kubectl snt runbook status restart-all -w',
      "kubectl snt runbook pause restart-all --reason 'incident 42'",
      'kubectl snt runbook retry restart-all validator-3',
    ),
  )
  .action(async (action, name, node, ...[, command]) => {
    const { runbook } = await import('./commands/runbook.ts');
    process.exitCode = await runbook(action, { name, node }, command.optsWithGlobals());
  });

program
  .command('history')
  .summary('List the workflows that worked on a node, from Temporal')
  .description(
    'OUTCOME is the reason of the verdict; of a workflow that is open it is Running, or Cancelling once it was asked to cancel.\n\nNewest first, also of tasks whose resource is gone, and of runbooks. Who asked for it and why is in the memo of the workflow; an encrypted one is not shown. Temporal is found by its own variables (TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS_*) and profiles (TEMPORAL_PROFILE).',
  )
  .argument('<NODE>', 'Name of the SeiNode.', resourceName('NODE'))
  .option('--limit <COUNT>', 'Most workflows to list.', wholeNumber('--limit', 1n, 10_000n), 20)
  .addOption(output('json', 'yaml'))
  .addHelpText(
    'after',
    examples(
      'kubectl snt history validator-0',
      'TEMPORAL_ADDRESS=temporal.example:7233 kubectl snt history validator-0 -o json',
    ),
  )
  .action(async (node, _options, command) => {
    const { history } = await import('./commands/history.ts');
    process.exitCode = await history(node, command.optsWithGlobals());
  });

program
  .command('completion')
  .summary('Print a script that makes a shell complete the commands')
  .description(
    'The one for kubectl makes `kubectl snt` complete in every shell in which kubectl completes: save it as kubectl_complete-snt, executable, in a directory of the PATH.',
  )
  .addArgument(new Argument('<SHELL>', 'Shell, or kubectl.').choices(['bash', 'zsh', 'fish', 'kubectl']))
  .addHelpText(
    'after',
    examples(
      'source <(kubectl-snt completion bash)',
      'source <(kubectl-snt completion zsh)',
      'kubectl-snt completion fish | source',
      'kubectl-snt completion kubectl > ~/bin/kubectl_complete-snt &&\n    chmod +x ~/bin/kubectl_complete-snt',
    ),
  )
  .action(async (shell) => {
    const { completionScripts } = await import('./completion-scripts.ts');
    process.stdout.write(completionScripts[shell]);
  });

program
  .command('version')
  .summary('Print the version')
  .action(async () => {
    const { version } = await import('./commands/version.ts');
    version();
  });

program
  .command('help')
  .summary('Print help of a command')
  .addArgument(
    new Argument('[COMMAND]', 'Command to explain. Unset: all commands in short.').choices(
      program.commands.map((command) => command.name()),
    ),
  )
  .addHelpText('after', examples('kubectl snt help status'))
  .action((name) => (program.commands.find((command) => command.name() === name) ?? program).outputHelp());

for (const command of program.commands) {
  command.addHelpText('after', '\nOptions of all commands, such as -n and --context: kubectl snt help');
  for (const argument of command.registeredArguments) wordChoices(argument, argument.name());
  for (const option of command.options) {
    wordChoices(option, `--${option.name()}`);
    // For --watch=false, see kubectl-words.ts.
    if (option.isBoolean()) command.addOption(new Option(`--no-${option.name()}`).hideHelp());
  }
}

/** Gives errors about choices the words of other errors about values. */
function wordChoices(subject: Argument | Option, name: string): void {
  if (subject.argChoices !== undefined) subject.argParser(oneOf(name, subject.argChoices));
}

/** Lines for the end of a command's help. */
function examples(...lines: string[]): string {
  return `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}`;
}
