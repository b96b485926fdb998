import type { Argument, Command, Flag } from './command.ts';

const node: Argument = { name: 'NODE', help: 'Name of the SeiNode.' };
const task: Argument = { name: 'NAME', help: 'Name of the SeiNodeTask.' };

const output = (...choices: string[]): Flag => ({
  name: 'output',
  short: 'o',
  value: 'FORMAT',
  choices,
  help: 'What to print, for programs. Default: text for people.',
});
const timeout: Flag = {
  name: 'timeout',
  value: 'DURATION',
  help: 'Longest time to watch, such as 11m; then the exit code is 124. The task goes on. Default: for ever.',
};

const creationFlags: readonly Flag[] = [
  {
    name: 'reason',
    value: 'TEXT',
    help: 'Why: for Events, the status and the Temporal UI (annotation sei.io/reason).',
  },
  {
    name: 'timeout-seconds',
    value: 'SECONDS',
    help: "Longest execution time of the task, a year at most; 0 means the kind's default.",
  },
  { name: 'name', value: 'NAME', help: 'Name of the SeiNodeTask. Default: made from the node, with a random end.' },
  { name: 'wait', short: 'w', help: 'Watch the task to its end, as status --watch does.' },
  timeout,
  { name: 'dry-run', value: 'WHERE', choices: ['server'], help: 'Have the API server check it without creating it.' },
  output('name', 'json', 'yaml'),
];

const exitCodesOfWatch =
  'While watching: 0 only when the task is Complete, 1 when it Failed or was deleted, 124 past --timeout, 130 after Ctrl-C, which leaves the task alone.';

export const globalFlags: readonly Flag[] = [
  { name: 'namespace', short: 'n', value: 'NAMESPACE', help: "Kubernetes namespace. Default: the context's." },
  { name: 'context', value: 'CONTEXT', help: 'Context of the kubeconfig. Default: its current one.' },
  { name: 'kubeconfig', value: 'FILE', help: 'Kubeconfig. Default: KUBECONFIG, then ~/.kube/config.' },
  { name: 'help', short: 'h', help: 'Print help of the command.' },
];

/** Everything there is; help, docs/cli.md and shell completion are made from it. */
export const commands: readonly Command[] = [
  {
    name: 'restart',
    summary: 'Restart seid on a node, in place',
    description: [
      'Creates a SeiNodeTask of kind RestartSeid. Complete means that the RPC of seid serves again, not that the node has caught up: follow with await-height.',
      exitCodesOfWatch,
    ],
    arguments: [node],
    flags: creationFlags,
    examples: [
      "kubectl snt restart validator-0 --reason 'memory leak' --wait",
      'kubectl snt restart validator-0 -n arctic-1 --dry-run=server -o yaml',
      'kubectl snt restart validator-0 -w --timeout 11m && kubectl snt await-height validator-0 1200000 -w',
    ],
    load: async () => (await import('./commands/restart.ts')).restart,
  },
  {
    name: 'await-height',
    summary: 'Wait until a node has reached a height',
    description: [
      'Creates a SeiNodeTask of kind AwaitNodesAtHeight. Without --timeout-seconds it waits as long as it takes.',
      exitCodesOfWatch,
    ],
    arguments: [node, { name: 'HEIGHT', help: 'Height of the block to wait for.' }],
    flags: creationFlags,
    examples: [
      'kubectl snt await-height validator-0 1200000 --wait',
      'kubectl snt await-height validator-0 1200000 --timeout-seconds 900 -o name',
    ],
    load: async () => (await import('./commands/await-height.ts')).awaitHeight,
  },
  {
    name: 'get',
    summary: 'List tasks, newest first',
    description: [
      'STATE is the step of a task that is under way, and the reason of one that is over. MESSAGE tells of a task that is under way what is being done, or what keeps it from going on. The duration of such a task is the time since it was first seen.',
      'On a terminal that is too narrow, the message stands below its row, and AGE, KIND, DURATION and TARGET are left out in this order. Elsewhere each task is one line; programs should read -o json.',
    ],
    arguments: [{ ...task, optional: true }],
    flags: [{ name: 'all-namespaces', short: 'A', help: 'Those of all namespaces.' }, output('json', 'yaml', 'name')],
    examples: ['kubectl snt get', 'kubectl snt get -A', 'kubectl snt get restart-validator-0-x7k2p -o yaml'],
    load: async () => (await import('./commands/get.ts')).get,
  },
  {
    name: 'status',
    summary: 'Show where a task stands, or watch it to its end',
    description: [
      'Exit codes without --watch: 1 when the task Failed or does not exist, else 0.',
      exitCodesOfWatch,
      'On a terminal the last line shows the step and the time it has taken; elsewhere there is one line for each change.',
    ],
    arguments: [task],
    flags: [{ name: 'watch', short: 'w', help: 'Watch the task to its end.' }, timeout],
    examples: [
      'kubectl snt status restart-validator-0-x7k2p',
      'kubectl snt status restart-validator-0-x7k2p -w --timeout 11m',
    ],
    load: async () => (await import('./commands/status.ts')).status,
  },
  {
    name: 'cancel',
    summary: 'Cancel a task and keep its resource',
    description: [
      'Sets the annotation sei.io/cancel; the task ends as Failed with reason Cancelled. What has been sent to a node and does more than wait cannot be called back: it is watched to its end.',
      'A task that is over is left as it is, and the exit code is 1.',
      'To change what a task does, cancel it and create a new one: of a task that exists only timeoutSeconds and ttlSecondsAfterFinished can be changed, with kubectl patch or kubectl edit.',
    ],
    arguments: [task],
    flags: [{ name: 'reason', value: 'TEXT', help: 'Why; required.' }],
    examples: ["kubectl snt cancel await-height-validator-0-9qz4c --reason 'wrong height'"],
    load: async () => (await import('./commands/cancel.ts')).cancel,
  },
  {
    name: 'history',
    summary: 'List the workflows that worked on a node, from Temporal',
    description: [
      'OUTCOME is the reason of the verdict; of a workflow that is open it is Running, or Cancelling once it was asked to cancel.',
      'Newest first, also of tasks whose resource is gone, and of runbooks. Temporal is found by its own variables (TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS_*) and profiles (TEMPORAL_PROFILE).',
    ],
    arguments: [node],
    flags: [{ name: 'limit', value: 'COUNT', help: 'Most workflows to list. Default: 20.' }, output('json', 'yaml')],
    examples: [
      'kubectl snt history validator-0',
      'TEMPORAL_ADDRESS=temporal.example:7233 kubectl snt history validator-0 -o json',
    ],
    load: async () => (await import('./commands/history.ts')).history,
  },
  {
    name: 'completion',
    summary: 'Print a script that makes a shell complete the commands',
    description: [
      'The one for kubectl makes `kubectl snt` complete in every shell in which kubectl completes: save it as kubectl_complete-snt, executable, in a directory of the PATH.',
    ],
    arguments: [{ name: 'SHELL', choices: ['bash', 'zsh', 'fish', 'kubectl'], help: 'bash, zsh, fish or kubectl.' }],
    flags: [],
    examples: [
      'source <(kubectl-snt completion bash)',
      'source <(kubectl-snt completion zsh)',
      'kubectl-snt completion fish | source',
      'kubectl-snt completion kubectl > ~/bin/kubectl_complete-snt && chmod +x ~/bin/kubectl_complete-snt',
    ],
    load: async () => (await import('./commands/completion.ts')).completion,
  },
  {
    name: 'help',
    summary: 'Print help of a command',
    description: [],
    arguments: [{ name: 'COMMAND', optional: true, help: 'Unset: all commands in short.' }],
    flags: [],
    examples: ['kubectl snt help status'],
    load: async () => (await import('./commands/help.ts')).help,
  },
  {
    name: 'version',
    summary: 'Print the version',
    description: [],
    arguments: [],
    flags: [],
    examples: [],
    load: async () => (await import('./commands/version.ts')).version,
  },
];
