import { Command, Option } from '@commander-js/extra-typings';
import { duration, nonEmpty, oneOf, repeated, requestTimeout, resourceName } from './option-values.ts';

/** Help is this wide on every terminal, so that docs/cli.md shows what everybody sees. */
const HELP_WIDTH = 80;

/** The program without its commands, and the options of all of them. */
export const root = new Command('kubectl snt')
  .description('Operate Sei nodes by SeiNodeTasks and SeiNodeRunbooks.')
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

/** An option that takes one of some words. */
export function choice<const Flags extends string, const Words extends readonly string[]>(
  flags: Flags,
  description: string,
  words: Words,
) {
  const option = new Option(flags, description).choices(words);
  return option.argParser(oneOf(`--${option.name()}`, words));
}

/** An option that takes one of some words and can be repeated. */
export function choices<const Flags extends string, const Words extends readonly string[]>(
  flags: Flags,
  description: string,
  words: Words,
) {
  const option = new Option(flags, description).choices(words);
  return option.argParser(repeated(oneOf(`--${option.name()}`, words)));
}

export const outputOption = <const Formats extends readonly string[]>(...formats: Formats) =>
  choice('-o, --output <FORMAT>', 'Format for programs. Default: text for people.', formats);

/** @param subject - What is watched: a task or a runbook. */
export const watchTimeout = (subject: string) =>
  new Option(
    '--timeout <DURATION>',
    `Longest time to watch, such as 11m; then the exit code is 124. The ${subject} continues. Default: no limit.`,
  ).argParser(duration('--timeout'));

/** Lines for the end of a command's help. */
export function examples(...lines: string[]): string {
  return `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}`;
}
