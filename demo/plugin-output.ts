import { Stopwatch } from './stopwatch.ts';
import { verbatim } from './terminal.ts';

const FIRST_FACT = /^Runbook: /;
/** The facts of a state that are shown in one line; the message follows them. */
const FACT = /^(Phase|Nodes|Current|Message): +(.*)$/;
/** What differs in each state. */
const TIMES = /(, started .* ago| for [\dhms.]+)/g;

/**
 * What a command prints into a pipe. A watch prints a whole state of a runbook for each change: here it is one line with
 * the seconds, except for the last.
 */
export class PluginOutput {
  readonly #stopwatch = new Stopwatch();
  /** Lines of the last state, and what follows it. Unset: there is no state. */
  #state: string[] | undefined;
  #facts: Record<string, string> = {};
  #shown = '';

  add(line: string): void {
    if (FIRST_FACT.test(line)) {
      this.#state = [];
      this.#facts = {};
    }
    if (this.#state === undefined) return verbatim(line);
    this.#state.push(line);
    const [, label, text = ''] = FACT.exec(line) ?? [];
    if (label === 'Message') this.#showFacts();
    else if (label !== undefined) this.#facts[label] = text.replaceAll(TIMES, '');
  }

  /** Shows the last state. */
  end(): void {
    for (const line of this.#state ?? []) verbatim(line);
  }

  #showFacts(): void {
    const { Phase: phase = 'New', Nodes: nodes = '', Current: current = '' } = this.#facts;
    const [progress = ''] = nodes.split(':');
    // A step alone is no news.
    const shown = [phase, progress, current.replaceAll(/: \w+/g, '')].join('  ');
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#stopwatch.lap([phase.padEnd(25), progress.padStart(5), current].join('  '));
  }
}
