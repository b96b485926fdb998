/** What a verdict of the guard means, and all its messages. */
interface GuardVerdictDefinition {
  /** Whether the node may be taken down. A task that may not waits, and is evaluated again. */
  readonly allows: boolean;
  readonly meaning: string;
  /**
   * Texts with placeholders, by a name for the case. `{node}`: `SeiNode namespace/name`, `{chain}`: the id of its chain.
   * Each is one literal, as in `api/reasons.ts`.
   */
  readonly messages: Readonly<Record<string, string>>;
}

/** Every verdict of the guard. The names are public: `spec.override.checks` and scripts use them. */
export const guardVerdicts = {
  Allowed: {
    allows: true,
    meaning: 'Less than a third of the voting power is down while the node is.',
    messages: {
      quorum:
        'With {node} down, {risk} of {total} voting power of chain {chain} is down at height {height}, less than a third.',
      overridden: '{node} may be taken down because spec.override passes over what the guard found.',
    },
  },
  NotAValidator: {
    allows: true,
    meaning: 'The node has no voting power.',
    messages: { noPower: '{node} has no voting power on chain {chain}.' },
  },
  NodePaused: {
    allows: false,
    meaning: 'The SeiNode is paused: its pods are scaled to zero.',
    messages: { paused: '{node} is paused. Set its spec.paused to false first.' },
  },
  NodeUpdating: {
    allows: false,
    meaning: 'The controller of the SeiNode is rolling out a change.',
    messages: { updating: 'The controller of {node} is rolling out a change (condition NodeUpdateInProgress).' },
  },
  NodeHeldByWorkflow: {
    allows: false,
    meaning: 'A SeiNodeTaskWorkflow holds the node (`status.adoptedWorkflow`, condition `WorkflowInProgress`).',
    messages: { held: 'SeiNodeTaskWorkflow {workflow} holds {node}.' },
  },
  ChainIdMismatch: {
    allows: false,
    meaning: "The node's RPC reports another network than `spec.chainId` of the SeiNode.",
    messages: {
      otherNetwork:
        '{node} has spec.chainId {chain}, and its RPC reports network {network}. Correct the SeiNode or its genesis.',
      unset: '{node} has no spec.chainId. Set it.',
    },
  },
  ConsensusUnsupported: {
    allows: false,
    meaning: 'The chain produces blocks without times or hashes (Autobahn). The guard cannot read who signs them.',
    messages: {
      noCommits:
        'The blocks of chain {chain} have no time or no hash at {sources}. The guard does not support its consensus.',
    },
  },
  ChainHalted: {
    allows: false,
    meaning: 'The chain has stopped: no source has a new block. An override restarts nodes of a halted chain.',
    messages: {
      halted:
        'Chain {chain} has stopped at height {height}: no new block for {age} at {sources}. Find the cause. To restart nodes of a halted chain, create a task with override.checks [ChainHalted] and override.reason.',
    },
  },
  HaltedForUpgrade: {
    allows: false,
    meaning: 'The chain has stopped at the height of its planned upgrade.',
    messages: {
      upgrade:
        'Chain {chain} has stopped at height {height} for the upgrade {upgrade}. Set the image of the upgrade on its nodes.',
    },
  },
  SourcesDisagree: {
    allows: false,
    meaning: 'Two sources report different validators, blocks, block times or signatures for the same height.',
    messages: {
      disagree:
        'Sources report different {what} of chain {chain} at height {height}: {sources}. Find the node that is wrong, and stop it.',
    },
  },
  ChainDataUnavailable: {
    allows: false,
    meaning: 'Not enough is known of the chain. A node that is not a validator is taken down nevertheless.',
    messages: {
      sources:
        '{usable} of the {required} sources that the guard needs (spec.guard.minSources) report fresh blocks and all validators of chain {chain}. Check the RPC of its other nodes.',
      commits:
        'The sources have {readable} of the last 10 commits of chain {chain} below height {height} in common, and 5 are needed. Check their RPC.',
      heights:
        'The latest heights of the sources of chain {chain} are too far from each other: {sources}. Check the nodes that are behind. Find the node whose height is wrong, and stop it.',
      times:
        'The commits of chain {chain} below height {height} have no time, or are older than {age}, at {sources}. Check the RPC of these nodes.',
      power: 'The validators of chain {chain} have no voting power at height {height}. Check the sources: {sources}.',
      target:
        'The RPC of {node} does not report the address of its validator key, so its voting power is not known. Check its seid.',
      restarted:
        '{other} was restarted, and the address of its validator key is not known, so the voting power that is down is not known. Check its seid.',
      gone: '{other} was restarted, the address of its validator key is not known, and it is not a SeiNode of chain {chain} in this cluster, so the voting power that is down is not known. If it is in another cluster, check its seid there. If it was deleted, wait until all validators of the chain sign, then terminate the workflow {record}.',
      upgrade:
        '{reporting} of the {required} sources that the guard needs (spec.guard.minSources) report whether an upgrade of chain {chain} is planned. Check the RPC of its other nodes (/abci_query).',
      old: 'What was read of chain {chain} is older than the permits of the task.',
      unread: 'Chain {chain} could not be read: {problem}',
    },
  },
  CatchingUp: {
    allows: false,
    meaning: 'The node is a validator and is still catching up.',
    messages: { catchingUp: '{node} is still catching up. Its restart waits until it has the latest block.' },
  },
  NearUpgradeHeight: {
    allows: false,
    meaning: 'A planned upgrade is at most 1,500 blocks away.',
    messages: {
      near: 'Upgrade {upgrade} of chain {chain} is {blocks} blocks away, at most 1500. Restarts of validators wait until it is done.',
    },
  },
  RestartedRecently: {
    allows: false,
    meaning: 'seid of the node was restarted in the last 10 minutes: the kubelet would delay its next start.',
    messages: { recently: 'seid of {node} was restarted at {since}, less than 10m0s ago. Waiting until {until}.' },
  },
  QuorumAtRisk: {
    allows: false,
    meaning: 'A third or more of the voting power would be down, or more than `spec.guard.maxDownPercent`.',
    messages: {
      third:
        'With {node} down, {risk} of {total} voting power of chain {chain} would be down at height {height}, and it must be less than a third. {others}',
      percent:
        'With {node} down, {risk} of {total} voting power of chain {chain} would be down at height {height}, more than {percent}% (spec.guard.maxDownPercent). {others}',
      impossibleThird:
        '{node} alone has {power} of {total} voting power of chain {chain}, a third or more, so this check can never pass. To restart it and stop the chain until it is back, create a task with override.checks [QuorumAtRisk] and override.reason.',
      impossiblePercent:
        '{node} alone has {power} of {total} voting power of chain {chain}, more than {percent}% (spec.guard.maxDownPercent), so this check can never pass. Create a task with a higher maxDownPercent, or with override.checks [QuorumAtRisk] and override.reason.',
    },
  },
} as const satisfies Record<string, GuardVerdictDefinition>;

export type GuardVerdictName = keyof typeof guardVerdicts;
/** Verdicts with which a task waits; `spec.override.checks` may name them. */
export type GuardCheck = {
  [Name in GuardVerdictName]: (typeof guardVerdicts)[Name]['allows'] extends false ? Name : never;
}[GuardVerdictName];

export const guardChecks = Object.entries(guardVerdicts)
  .filter(([, { allows }]) => !allows)
  .map(([name]) => name) as [GuardCheck, ...GuardCheck[]];

/** `Warn` evaluates and reports; `Enforce` also waits. */
export const guardModes = ['Off', 'Warn', 'Enforce'] as const;
export type GuardMode = (typeof guardModes)[number];
