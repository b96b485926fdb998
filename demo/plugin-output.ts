import { Stopwatch } from './stopwatch.ts';
import { verbatim } from './terminal.ts';

const FIRST_FACT = /^Runbook: /;
/** The facts of a state that are shown in one line. */
const FACT = /^(Phase|Nodes|Current): +(.*)$/;
/** What differs in each state. */
const TIMES = /(, started .* ago| for [\dhms.]+)/g;

/** A state of a runbook, and what follows it. */
interface State {
  readonly lines: string[];
  readonly facts: Record<string, string>;
  readonly seconds: string;
}

/**
 * What a command prints into a pipe. A watch prints a whole state of a runbook for each change: here it is one line with
 * the seconds, except for the last.
 */
export class PluginOutput {
  readonly #stopwatch = new Stopwatch();
  /** Unset: there is none yet. */
  #state: State | undefined;
  #shown = '';

  add(line: string): void {
    if (FIRST_FACT.test(line)) {
      if (this.#state !== undefined) this.#showFacts(this.#state);
      this.#state = { lines: [], facts: {}, seconds: this.#stopwatch.seconds };
    }
    if (this.#state === undefined) return verbatim(line);
    // As a terminal shows what was pressed.
    if (line.startsWith('Interrupted.')) this.#state.lines.push('', '^C');
    this.#state.lines.push(line);
    const [, label, text = ''] = FACT.exec(line) ?? [];
    if (label !== undefined) this.#state.facts[label] = text.replaceAll(TIMES, '');
  }

  /** Shows the last state. */
  end(): void {
    for (const line of this.#state?.lines ?? []) verbatim(line);
  }

  #showFacts({ facts, seconds }: State): void {
    const { Phase: phase = 'New', Nodes: nodes = '', Current: current = '' } = facts;
    const [progress = ''] = nodes.split(':');
    // A change of a step alone is left out.
    const shown = [phase, progress, current.replaceAll(/: \w+/g, '')].join('  ');
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#stopwatch.lap([phase.padEnd(25), progress.padStart(5), current].join('  '), '', seconds);
  }
}
