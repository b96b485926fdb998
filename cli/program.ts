import { Argument, Option } from '@commander-js/extra-typings';
import { guardChecks, guardModes } from '../api/guard-verdicts.ts';
import { seiNodePhases, taskPhases } from '../api/phases.ts';
import { allCommands, namedCommands } from './command-tree.ts';
import { duration, nonEmpty, oneOf, resourceName, wholeNumber } from './option-values.ts';
import { choice, choices, examples, outputOption, root, watchTimeout } from './root-command.ts';
import { addRunbookCommands } from './runbook-commands.ts';

const INT32 = 2n ** 31n - 1n;

const exitCodesOfWatch =
  'Exit codes while watching: 0 only when the task is Complete, 1 when it Failed or was deleted, 124 past --timeout, 130 after Ctrl-C, which does not change the task.';

/**
 * All commands and options. Help, docs/cli.md and shell completion are made from it, and each command loads its code
 * only when it runs: help and completion are quick.
 */
export const program = root;

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
      choice(
        '--require-phase <PHASE>',
        'Phase that the SeiNode must be in before anything is done. Default: Running.',
        seiNodePhases,
      ),
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
    .addOption(watchTimeout('task'))
    .addOption(
      choice('--dry-run <WHERE>', 'Have the API server check it without creating it.', ['server']).conflicts('wait'),
    )
    .addOption(outputOption('name', 'json', 'yaml'));
}

creation('restart')
  .option(
    '--min-seconds-between-restarts <SECONDS>',
    'Seconds since the last restart of the node before this one is sent. Default: 0.',
    wholeNumber('--min-seconds-between-restarts', 0n, INT32, '2^31-1'),
  )
  .addOption(
    choice(
      '--guard <MODE>',
      'Whether the task waits until the chain can spare the node. Default: GUARD_DEFAULT of the service.',
      guardModes,
    ),
  )
  .option(
    '--min-sources <COUNT>',
    'Other nodes of the chain that have to agree on it, for --guard. Default: 2.',
    wholeNumber('--min-sources', 1n, 100n),
  )
  .option(
    '--max-down-percent <PERCENT>',
    'Largest share of the voting power that may be down, for --guard. Default: less than a third.',
    wholeNumber('--max-down-percent', 1n, 33n),
  )
  .addOption(choices('--override <CHECK>', 'Verdict of the guard that is passed over; can be repeated.', guardChecks))
  .option(
    '--override-reason <TEXT>',
    'Why, for status, Events and history. Required with --override.',
    nonEmpty('--override-reason'),
  )
  .summary('Restart seid on a node, in place')
  .description(
    `Creates a SeiNodeTask of kind RestartSeid. Complete means that the RPC of seid serves again, not that the node has caught up: follow with await-height.\n\nWith --guard Enforce the task waits, at most --queue-timeout, while less than two thirds of the voting power would be left; Warn only says so. docs/guard.md explains the checks that --override can name.\n\n${exitCodesOfWatch}`,
  )
  .addHelpText(
    'after',
    examples(
      "kubectl snt restart validator-0 --reason 'memory leak' --wait",
      'kubectl snt restart validator-0 --guard Enforce --max-down-percent 20 -w',
      "kubectl snt restart validator-0 --guard Enforce --override QuorumAtRisk\n    --override-reason 'planned outage'",
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
  .addOption(choice('--phase <PHASE>', 'List tasks in this phase.', taskPhases))
  .option('-w, --watch', 'After the list, print a row for each change, until Ctrl-C.')
  .addOption(outputOption('wide', 'json', 'yaml', 'name'))
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
  .addOption(watchTimeout('task'))
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

addRunbookCommands();

program
  .command('history')
  .summary('List the workflows that worked on a node, from Temporal')
  .description(
    'OUTCOME is the reason of the verdict; of a workflow that is open it is Running, or Cancelling once it was asked to cancel.\n\nNewest first, also of tasks whose resource is gone, and of runbooks. Who asked for it and why is in the memo of the workflow; an encrypted one is not shown. Temporal is found by its own variables (TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS_*) and profiles (TEMPORAL_PROFILE).',
  )
  .argument('<NODE>', 'Name of the SeiNode.', resourceName('NODE'))
  .option('--limit <COUNT>', 'Most workflows to list.', wholeNumber('--limit', 1n, 10_000n), 20)
  .addOption(outputOption('json', 'yaml'))
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
  .argument('[ACTION]', 'Its action, such as status of runbook.')
  .addHelpText('after', examples('kubectl snt help status', 'kubectl snt help runbook retry'))
  .action((name, action) => {
    (namedCommands(program, [name, action]).at(-1) ?? program).outputHelp();
  });

for (const command of allCommands(program)) {
  command.addHelpText('after', '\nOptions of all commands, such as -n and --context: kubectl snt help');
  // Gives errors about choices the words of other errors about values.
  for (const argument of command.registeredArguments)
    if (argument.argChoices !== undefined) argument.argParser(oneOf(argument.name(), argument.argChoices));
  for (const option of command.options)
    // For --watch=false, see kubectl-words.ts.
    if (option.isBoolean()) command.addOption(new Option(`--no-${option.name()}`).hideHelp());
}
