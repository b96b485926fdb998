import { ArgumentError } from '../dev/errors.ts';
import { parseArguments, wholeNumber } from '../dev/parse-arguments.ts';

/** Every benchmark with its options: all are whole numbers, and these are what they are unless given. */
const benchmarks = {
  throughput: { tasks: 1_000, nodes: 100, 'at-once': 64, rounds: 2, others: 500 },
  inflight: { tasks: 10_000, nodes: 20, ends: 10 },
  storm: { tasks: 5_000, nodes: 100 },
  cost: { tasks: 20 },
  latency: { restarts: 50, waiters: 50 },
  profile: { tasks: 300, nodes: 100, 'at-once': 64 },
  finished: { tasks: 10_000 },
  plugin: { runs: 20, tasks: 20 },
  guard: { validators: 100, sources: 5, runs: 200 },
  runbook: { nodes: 2_000, 'at-once': 20 },
} as const satisfies Record<string, Readonly<Record<string, number>>>;

/** 0 leaves something out. */
const MAY_BE_ZERO = ['others'];

/** The options of all benchmarks, for `parseArgs`. */
const numbers = Object.fromEntries(
  Object.values(benchmarks).flatMap((options) =>
    Object.keys(options).map((option) => [option, { type: 'string' as const }]),
  ),
);

export const USAGE = `Usage: npm run bench -- throughput | inflight | storm | cost | latency | profile | finished | plugin | guard | runbook [options] [--json]
  throughput      how many RestartSeid go through on sidecars that are done at once, and what each costs
    --tasks N     in each round, ${benchmarks.throughput.tasks} unless given
    --nodes N     that they are spread over, ${benchmarks.throughput.nodes} unless given
    --at-once N   under way at the same time, ${benchmarks.throughput['at-once']} unless given
    --rounds N    turns of the floor and ours, ${benchmarks.throughput.rounds} unless given
    --others N    tasks in the rounds with 8 and with 200 at a time, ${benchmarks.throughput.others} unless given; 0 for none
  inflight        many AwaitNodesAtHeight at once: what they take while they wait, and how late their ends are told
    --tasks N     at once, ${benchmarks.inflight.tasks} unless given
    --nodes N     that they are spread over, ${benchmarks.inflight.nodes} unless given
    --ends N      that reach their heights each second, ${benchmarks.inflight.ends} unless given
  storm           RestartSeid that were created while the service was away, from its start to the last end
    --tasks N     that wait for it, ${benchmarks.storm.tasks} unless given
    --nodes N     that they are spread over, ${benchmarks.storm.nodes} unless given
  cost            what one RestartSeid of 5 s is to Temporal and the API server: events, actions, calls
    --tasks N     to count over, ${benchmarks.cost.tasks} unless given
  latency         how long a RestartSeid takes in addition to the sidecar's own work
    --restarts N  restarts to measure for each line, ${benchmarks.latency.restarts} unless given
    --waiters N   restarts that wait for one node, ${benchmarks.latency.waiters} unless given
  profile         what the service spends its CPU time on, by V8's profiler
    --tasks N     to profile, ${benchmarks.profile.tasks} unless given
    --nodes N     that they are spread over, ${benchmarks.profile.nodes} unless given
    --at-once N   under way at the same time, ${benchmarks.profile['at-once']} unless given
  finished        memory of finished tasks in the bridge, without any server
    --tasks N     to keep, ${benchmarks.finished.tasks} unless given
  plugin          CPU time of one command of the built kubectl-snt, and of an empty program of Node
    --runs N      of each command, rounded up to a multiple of 5, ${benchmarks.plugin.runs} unless given
    --tasks N     to list, ${benchmarks.plugin.tasks} unless given
  guard           CPU time of one evaluation of the guard, and of parsing what it is decided on, without any server
    --validators N  of the chain, ${benchmarks.guard.validators} unless given
    --sources N   nodes that are asked about it, ${benchmarks.guard.sources} unless given
    --runs N      to measure, ${benchmarks.guard.runs} unless given
  runbook         a rolling restart of many nodes whose sidecars are done at once: its history, its status, its rate
    --nodes N     of the runbook, ${benchmarks.runbook.nodes} unless given
    --at-once N   under way at the same time, ${benchmarks.runbook['at-once']} unless given
  --json          one JSON object on stdout instead of a table`;

export type BenchName = keyof typeof benchmarks;

/** The options of one benchmark. */
export type Options<Name extends BenchName> = Readonly<Record<keyof (typeof benchmarks)[Name], number>>;

export interface BenchArguments {
  readonly name: BenchName;
  readonly options: Readonly<Record<string, number>>;
  readonly json: boolean;
}

/** @throws ArgumentError */
export function benchArguments(argv: readonly string[]): BenchArguments {
  const { values, positionals } = parseArguments({
    args: [...argv],
    allowPositionals: true,
    options: { ...numbers, json: { type: 'boolean' as const } },
  });
  const [name] = positionals;
  if (name === undefined) throw new ArgumentError('No benchmark is named.');
  if (positionals.length > 1 || !isBenchName(name))
    throw new ArgumentError(`Unknown benchmark: ${positionals.join(' ')}.`);
  const { json, ...texts } = values;
  const options: Record<string, number> = { ...benchmarks[name] };
  for (const [option, text] of Object.entries(texts)) {
    if (!(option in options)) throw new ArgumentError(`${name} has no --${option}.`);
    options[option] = wholeNumber(option, String(text), { least: MAY_BE_ZERO.includes(option) ? 0 : 1 });
  }
  return { name, options, json: json === true };
}

function isBenchName(name: string): name is BenchName {
  return Object.hasOwn(benchmarks, name);
}
