import { parseArgs } from 'node:util';
import { UsageError } from '../dev/errors.ts';

const USAGE = `Usage: npm run bench -- latency [--restarts N] [--json]
  latency       how long a RestartSeid takes besides the sidecar's own work
  --restarts N  restarts to measure for each line, 50 unless given
  --json        one JSON object on stdout instead of a table`;

export interface BenchArguments {
  readonly restarts: number;
  readonly json: boolean;
}

/** @throws UsageError saying what there is. */
export function benchArguments(argv: readonly string[]): BenchArguments {
  const { values, positionals } = parse(argv);
  if (positionals.length !== 1 || positionals[0] !== 'latency') {
    throw new UsageError(`${positionals.length === 0 ? 'No benchmark is named' : `Unknown benchmark: ${positionals.join(' ')}`}.\n${USAGE}`);
  }
  const restarts = Number(values.restarts);
  if (!Number.isSafeInteger(restarts) || restarts < 1) {
    throw new UsageError(`--restarts ${values.restarts} is not a whole number above 0.\n${USAGE}`);
  }
  return { restarts, json: values.json };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { restarts: { type: 'string', default: '50' }, json: { type: 'boolean', default: false } },
    });
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split('. ', 1).join()}.\n${USAGE}`);
  }
}
