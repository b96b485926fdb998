import type { RunbookStatus } from '../api/sei-node-runbook.ts';
import { short } from './task-facts.ts';
import { wrapped } from './wrapped.ts';

/** Failed nodes for which there is a choice of their own. */
const NAMED = 3;

/** A complete command line for what `kubectl` or `kubectl snt` is to do, on the same cluster and namespace. */
export type CommandLine = (words: string, program?: 'kubectl') => string;

interface Choice {
  /** With what follows from it. */
  readonly sentence: string;
  readonly command: string;
}

/** What an operator can do with a runbook that waits for one, as lines; none while it waits for nobody. */
export function choiceLines(name: string, status: RunbookStatus, command: CommandLine, width: number): string[] {
  const choices = choicesOf(name, status, command);
  if (choices.length === 0) return [];
  // A command stays whole, so that it can be copied.
  const lines = choices.flatMap(({ sentence, command: line }) => [
    ...wrapped(`${sentence}:`, width - 2).map((text) => `  ${text}`),
    `    ${line}`,
  ]);
  return ['', 'What to do next:', ...lines];
}

function choicesOf(name: string, status: RunbookStatus, command: CommandLine): Choice[] {
  const { phase, reason } = status;
  const steer = (verb: string, node = ''): string => command(`runbook ${verb} ${name} ${node}`.trim());
  const abort = { sentence: 'End the runbook; no further node is restarted', command: steer('abort') };
  if (phase === 'NeedsOperator') return [...failureChoices(status, steer), abort];
  if (phase !== 'Paused') return [];
  if (reason === 'PausedBySpec') {
    const patch = `patch seinoderunbook ${name} --type merge -p '{"spec":{"paused":false}}'`;
    return [{ sentence: 'Continue', command: command(patch, 'kubectl') }, abort];
  }
  return [{ sentence: RESUMING[reason ?? ''] ?? 'Continue', command: steer('resume') }, abort];
}

const RESUMING: Readonly<Record<string, string>> = {
  CanaryPassed: 'Check the restarted nodes, then continue with the others',
  ChainHalted: 'Continue when the chain makes blocks again',
};

function failureChoices({ nodes = [] }: RunbookStatus, steer: (verb: string, node?: string) => string): Choice[] {
  const failed = nodes.filter(({ phase }) => phase === 'Failed').map((node) => short(node.name));
  // A large runbook does not list its failed nodes.
  const named = failed.length === 0 ? ['NODE'] : failed.slice(0, NAMED);
  return [
    ...named.flatMap((node) => [
      { sentence: `Repair ${node}, then restart it again`, command: steer('retry', node) },
      { sentence: `Leave ${node} out`, command: steer('skip', node) },
    ]),
    { sentence: 'Continue with the other nodes; what failed stays failed', command: steer('resume') },
  ];
}
