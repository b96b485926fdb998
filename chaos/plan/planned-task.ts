import { taskKinds, type TaskKind } from '../../api/task-kinds.ts';
import { CHAIN_ID } from './guarded-chain.ts';
import type { PlannedNode } from './planned-node.ts';
import type { Random } from './random.ts';

export interface PlannedTask {
  readonly name: string;
  /** Of the target; some name a node that is not there. */
  readonly node: string;
  readonly kind: TaskKind;
  /** Without the height that is waited for. */
  readonly payload: object;
  /** Blocks from the moment of creation to the height that is waited for. */
  readonly blocksAhead?: number;
  readonly timeoutSeconds: number;
  readonly requirePhaseTimeoutSeconds: number;
  readonly queueTimeoutSeconds?: number;
  readonly minSecondsBetweenRestarts?: number;
  readonly ttlSecondsAfterFinished?: number;
  /** What of its spec makes it wait for its chain. */
  readonly guarded?: { readonly guard: object; readonly override?: object };
  readonly cancel?: PlannedCancel;
}

/** `terminate`: its workflow, as somebody may in the Temporal UI. */
export type CancelWay = 'annotation' | 'delete' | 'terminate';

interface PlannedCancel {
  readonly afterMs: number;
  readonly by: CancelWay;
}

/** More blocks than any run has. */
const NEVER_REACHED = 1_000_000;
/** A SeiNode that does not exist. */
const NOBODY = 'nobody';
const transaction = { chainId: CHAIN_ID, fees: '2000usei', gas: 200_000 };
const proposal = { ...transaction, title: 'A title', description: 'A text', initialDeposit: '10000000usei' };

/** Restarts are what matters most, so they are drawn most. */
export const kindsByWeight: readonly TaskKind[] = [
  ...(Object.keys(taskKinds) as TaskKind[]),
  ...Array.from({ length: 4 }, () => 'RestartSeid' as const),
];

const cancelWays: readonly CancelWay[] = ['annotation', 'annotation', 'delete', 'delete', 'terminate'];

/** Draws all about a task but when it is created. */
export function drawTask(
  random: Random,
  { name, node, kind }: Pick<PlannedTask, 'name' | 'node' | 'kind'>,
): PlannedTask {
  const isRestart = kind === 'RestartSeid';
  return {
    name,
    node,
    kind,
    ...drawPayload(random, kind, name),
    timeoutSeconds: random.integer(8, 25),
    requirePhaseTimeoutSeconds: random.integer(3, 12),
    ...(random.chance(50) ? { queueTimeoutSeconds: random.integer(3, 20) } : {}),
    ...(isRestart && random.chance(25) ? { minSecondsBetweenRestarts: random.integer(3, 8) } : {}),
    ...(random.chance(10) ? { ttlSecondsAfterFinished: random.integer(5, 15) } : {}),
    ...(random.chance(18) ? { cancel: { afterMs: random.integer(0, 4_000), by: random.pick(cancelWays) } } : {}),
  };
}

/** Now and then nobody is meant. */
export function drawNode(random: Random, nodes: readonly PlannedNode[]): string {
  return random.chance(3) ? NOBODY : random.pick(nodes).name;
}

/** @param name - Makes an image one that no other task sets. */
function drawPayload(random: Random, kind: TaskKind, name: string): Pick<PlannedTask, 'payload' | 'blocksAhead'> {
  const blocksAhead = random.chance(15) ? NEVER_REACHED : random.integer(0, 40);
  switch (kind) {
    case 'AwaitCondition':
      return { blocksAhead, payload: random.chance(30) ? { action: 'SIGTERM_SEID' } : {} };
    case 'AwaitNodesAtHeight':
      return { blocksAhead, payload: {} };
    case 'UpdateNodeImage':
      return { payload: { image: `sei:${name}` } };
    case 'GovVote':
      return {
        payload: { ...transaction, proposalId: random.integer(1, 9), option: random.pick(['yes', 'no', 'abstain']) },
      };
    case 'GovSoftwareUpgrade':
      return { payload: { ...proposal, upgradeName: 'v9', upgradeHeight: random.integer(1, 1_000_000) } };
    case 'GovParamChange':
      return {
        payload: {
          ...proposal,
          changes: [
            { subspace: 'staking', key: 'MaxValidators', value: random.pick(['100', { max: 7 }, [1.5], true]) },
          ],
        },
      };
    default:
      return { payload: {} };
  }
}
