import { nodeVerbs, type RunbookVerb } from '../../api/runbook-phases.ts';
import { drawGuardLimits, RESTARTED_AGAIN } from './draw-guarded-restart.ts';
import { CHAIN_ID, GUARDED_NODES } from './guarded-chain.ts';
import type { PlannedRollingRestart, PlannedSteering, Steering } from './planned-rolling-restart.ts';
import type { PlannedWork } from './plan-work.ts';
import { Random } from './random.ts';

/** Milliseconds between two draws. */
const PAUSE_MS = [1_000, 5_000] as const;
/** A node that no runbook has. */
const NOBODY = 'nobody';

const verbs: readonly RunbookVerb[] = ['pause', 'pause', 'resume', 'skip', 'retry', 'abort', 'promote'];

/** Specs that are refused, whatever the chain does. */
const invalid: readonly ((nodes: readonly string[]) => object)[] = [
  (nodes) => ({ targets: { nodes: [...nodes, nodes[0]] } }),
  (nodes) => ({ targets: { nodes: [...nodes, NOBODY] } }),
  () => ({ strategy: { maxUnavailable: '100%' } }),
  () => ({ chainId: 'other-1' }),
];

/** The runbooks of a run, without an end. */
export function* planRollingRestarts(seed: number): Generator<PlannedWork, never, undefined> {
  const random = new Random(seed, 'rolling restarts');
  for (let index = 0; ; index += 1)
    yield {
      afterMs: random.integer(...PAUSE_MS),
      rollingRestart: drawRollingRestart(random, `rolling-${String(index).padStart(3, '0')}`),
    };
}

function drawRollingRestart(random: Random, name: string): PlannedRollingRestart {
  const nodes = random.shuffle(GUARDED_NODES).slice(0, random.integer(2, 4));
  const maxUnavailable = nodes.length > 2 ? random.integer(1, 2) : 1;
  const isInvalid = random.chance(6);
  const isDryRun = !isInvalid && random.chance(6);
  const hasTimeToLive = random.chance(15);
  const spec = {
    kind: 'RollingRestart',
    chainId: CHAIN_ID,
    targets: { nodes },
    strategy: { maxUnavailable, ...drawStrategy(random) },
    gate: { blocks: random.integer(1, 6), timeoutSeconds: random.integer(15, 40), signing: random.chance(85) },
    guard: drawGuardLimits(random),
    override: RESTARTED_AGAIN,
    rollingRestart: {},
    ...(isDryRun ? { dryRun: true } : {}),
    ...(hasTimeToLive ? { ttlSecondsAfterFinished: random.integer(3, 10) } : {}),
    ...(random.chance(8) ? { paused: true } : {}),
    ...(random.chance(8) ? { skipNodes: [random.pick(nodes)] } : {}),
    ...(isInvalid ? random.pick(invalid)(nodes) : {}),
  };
  const steering = Array.from({ length: random.integer(0, 4) }, () => drawSteering(random, nodes));
  const operatorSeed = random.integer(0, 0xff_ff);
  return { name, nodes, maxUnavailable, spec, isInvalid, isDryRun, hasTimeToLive, steering, operatorSeed };
}

function drawStrategy(random: Random): object {
  return {
    order: random.pick(['Safe', 'Listed']),
    ...(random.chance(25) ? { canary: { count: 1, pauseAfter: random.chance(50) } } : {}),
    soakSeconds: random.pick([0, 0, 1, 3]),
    onFailure: random.chance(80) ? 'Pause' : 'Abort',
    maxFailures: random.pick([0, 0, 1]),
  };
}

function drawSteering(random: Random, nodes: readonly string[]): PlannedSteering {
  return { afterMs: random.integer(0, 12_000), ...drawAction(random, nodes) };
}

function drawAction(random: Random, nodes: readonly string[]): Steering {
  const what = random.integer(1, 100);
  if (what <= 60) return { do: 'command', ...drawCommand(random, nodes) };
  if (what <= 75) return { do: 'repeat', ...drawCommand(random, nodes) };
  if (what <= 85) return { do: 'edit', paused: random.chance(60) };
  return what <= 93 ? { do: 'edit', skipNodes: [random.pick(nodes)] } : { do: 'delete' };
}

function drawCommand(random: Random, nodes: readonly string[]): { readonly verb: RunbookVerb; readonly node?: string } {
  const verb = random.pick(verbs);
  if (!nodeVerbs.includes(verb)) return { verb };
  return { verb, node: random.chance(5) ? NOBODY : random.pick(nodes) };
}
