import { z } from 'zod';
import { DEFAULT_MIN_SOURCES, guardSchema, overrideSchema } from './guard-spec.ts';
import { LISTED_FAILURES, LISTED_NODES, MOST_RUNBOOK_NODES } from './runbook-limits.ts';
import { isUnchanged } from './spec-rules.ts';
import { conditionSchema, type SeiNodeTask } from './sei-node-task.ts';
import { nodeVerbs, runbookNodePhases, runbookNodeSteps, runbookPhases, runbookVerbs } from './runbook-phases.ts';

const timestamp = z.string().meta({ format: 'date-time' });
const int32 = z.int32().meta({ format: 'int32' });
const int64 = z.int().meta({ format: 'int64' });
const nodeName = z
  .string()
  .min(1)
  .max(253)
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/);
/** No set: the order counts, and CEL compares sets without it. */
const nodeNames = z.array(nodeName).min(1).max(MOST_RUNBOOK_NODES);
/** Of a label: a key may have a prefix, a value may be empty. */
const labelKey = z.string().min(1).max(317);
const labelValue = z.string().max(63);

const selector = z
  .object({
    matchLabels: z.record(z.string(), labelValue).meta({ maxProperties: 50 }).optional(),
    matchExpressions: z
      .array(
        z.object({
          key: labelKey,
          operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']),
          values: z.array(labelValue).max(100).optional(),
        }),
      )
      .max(20)
      .optional(),
  })
  .describe('Labels of the SeiNodes, as in a Deployment.');

const targets = z
  .object({
    selector: selector.optional(),
    nodes: nodeNames.optional().describe('Names of SeiNodes in the same namespace.'),
    exclude: nodeNames.optional().describe('Names of selected SeiNodes that are left out.'),
  })
  .meta({
    'x-kubernetes-validations': [
      { rule: 'has(self.selector) != has(self.nodes)', message: 'exactly one of selector, nodes must be set' },
    ],
  })
  .describe('The nodes to restart. They are frozen when the runbook starts.');

const strategy = z
  .object({
    maxUnavailable: z
      .unknown()
      .default(1)
      .meta({
        'x-kubernetes-int-or-string': true,
        maxLength: 8,
        'x-kubernetes-validations': [
          {
            rule: "type(self) == int ? self >= 1 : self.matches('^([1-9][0-9]?|100)%$')",
            message: 'must be a whole number from 1, or a percentage from 1% to 100%',
          },
        ],
      })
      .describe(
        'How many of the nodes may be down at a time, as a number or a percentage (rounded down, at least 1). Nodes that are down already count.',
      ),
    order: z
      .enum(['Safe', 'Listed'])
      .default('Safe')
      .describe(
        'Safe: nodes without voting power first, then by power, the smallest first. Listed: as in targets.nodes.',
      ),
    canary: z
      .object({
        count: int32.min(1).describe('How many nodes are restarted first, one at a time.'),
        pauseAfter: z
          .boolean()
          .default(true)
          .describe('Whether the runbook pauses after them until somebody resumes or promotes it.'),
      })
      .optional(),
    soakSeconds: int32.min(0).default(0).describe('Seconds to wait after a node has passed its gate.'),
    onFailure: z
      .enum(['Pause', 'Abort'])
      .default('Pause')
      .describe('What happens after a node failed. Pause: an operator decides. Abort: no further node is restarted.'),
    maxFailures: int32
      .min(0)
      .default(0)
      .describe('How many nodes may fail before onFailure applies. 0: it applies to the first failure.'),
  })
  .prefault({});

const gate = z
  .object({
    blocks: int32
      .min(0)
      .default(20)
      .describe('Blocks beyond the head of the chain at the end of the restart that the node must have.'),
    timeoutSeconds: int32
      .min(1)
      .default(1800)
      .describe('Longest wait for the gate, less the time the chain is halted.'),
    maxLag: int32.min(0).default(5).describe('Blocks that the node may be behind the head of the other nodes.'),
    signing: z
      .boolean()
      .default(true)
      .describe("Whether a validator's own signature must be in commits after its restart."),
  })
  .prefault({})
  .describe('What a node must have reached after its restart before the next one is restarted.');

const guard = guardSchema
  .pick({ maxDownPercent: true })
  .extend({
    minSources: guardSchema.shape.minSources
      .unwrap()
      .default(DEFAULT_MIN_SOURCES)
      .describe('Other nodes of the chain that have to agree on it.'),
  })
  .prefault({})
  .describe('Limits of the guard, which is always enforced for a runbook.');

/** `HH:MM`. */
const timeOfDay = z
  .string()
  .max(5)
  .regex(/^([01][0-9]|2[0-3]):[0-5][0-9]$/);
const endOfRange = z
  .string()
  .max(5)
  .regex(/^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$/);

/** From 1, as ISO 8601 counts them. */
export const daysOfTheWeek = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;

const window = z
  .object({
    timeZone: z.string().min(1).max(64).describe('Name of an IANA time zone, such as Europe/Berlin.'),
    ranges: z
      .array(
        z
          .object({
            days: z
              .array(z.enum(daysOfTheWeek))
              .min(1)
              .max(7)
              .meta({ 'x-kubernetes-list-type': 'set' })
              .optional()
              .describe('Days on which the range begins. Unset: every day.'),
            from: timeOfDay.describe('Time of day at which the range begins, as HH:MM.'),
            to: endOfRange.describe(
              'Time of day at which it ends, as HH:MM; before `from`: on the next day. 24:00 is midnight.',
            ),
          })
          .meta({
            'x-kubernetes-validations': [
              { rule: 'self.from != self.to', message: 'from and to must differ; a whole day is 00:00 to 24:00' },
            ],
          }),
      )
      .min(1)
      .max(50),
  })
  .describe('When a node may be restarted. It decides on the start of each node and interrupts none. Unset: always.');

const control = z
  .object({
    id: z
      .string()
      .min(1)
      .max(64)
      .regex(/^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/)
      .describe('A new id is a new command. status.control has the id of the last command that was answered.'),
    verb: z.enum(runbookVerbs),
    node: nodeName.optional().describe('For skip and retry.'),
    reason: z.string().max(1024).optional().describe('Why, for the status and for Temporal.'),
  })
  .meta({
    'x-kubernetes-validations': [
      {
        rule: `(self.verb in [${nodeVerbs.map((verb) => `'${verb}'`).join(', ')}]) == has(self.node)`,
        message: 'node must be set for skip and retry, and for no other verb',
      },
    ],
  })
  .describe('A command to the runbook while it runs.');

const immutableFields = [
  'kind',
  'chainId',
  'targets',
  'strategy',
  'gate',
  'guard',
  'window',
  'dryRun',
  'override',
  'ttlSecondsAfterFinished',
  'rollingRestart',
];

export const runbookSpecSchema = z
  .object({
    kind: z.enum(['RollingRestart']).describe('What to do. Immutable.'),
    chainId: z.string().min(1).max(64).describe('Chain of the nodes. Every SeiNode and every RPC must confirm it.'),
    targets,
    strategy,
    gate,
    guard,
    window: window.optional(),
    dryRun: z
      .boolean()
      .optional()
      .describe('Whether the runbook ends after its plan, with nothing touched. Unset: it restarts the nodes.'),
    override: overrideSchema.optional().describe('Verdicts of the guard to pass over.'),
    ttlSecondsAfterFinished: int32
      .min(0)
      .optional()
      .describe('Seconds after its end at which the runbook is deleted. Unset: never.'),
    rollingRestart: z.object({}).describe('Restarts the seid process of each node in place, one after the other.'),
    paused: z.boolean().optional().describe('Whether the runbook starts no further node. Unset: it does.'),
    skipNodes: z
      .array(nodeName)
      .max(MOST_RUNBOOK_NODES)
      .meta({ 'x-kubernetes-list-type': 'set' })
      .optional()
      .describe('Names of nodes that are not restarted if they have not been yet.'),
    control: control.optional(),
  })
  .meta({
    'x-kubernetes-validations': immutableFields.map(isUnchanged),
  })
  .describe('What to do, and with which nodes. Only paused, skipNodes and control may change.');

const guardNumbers = z.object({
  verdict: z.string(),
  height: z.string().optional(),
  totalPower: z.string().optional(),
  riskPower: z.string().optional().describe('Power that would be down, as a decimal number.'),
  absent: z.array(z.string()).optional().describe('Addresses that did not sign, at most 10.'),
  absentCount: int32.optional(),
  sources: z.array(z.string()).optional().describe('Nodes that were asked, as namespace/name.'),
});

const nodeStatus = z.object({
  name: z.string(),
  phase: z.enum(runbookNodePhases),
  step: z.enum(runbookNodeSteps).optional().describe('What is being done now.'),
  since: timestamp.optional().describe('Since when.'),
  reason: z.string().optional(),
  message: z.string().optional(),
  power: z.string().optional().describe('Voting power when the runbook started. Unset: none, or not known.'),
  tries: int32.optional(),
  heightBefore: int64.optional(),
  heightAfter: int64.optional(),
  seconds: int64.optional().describe('From its start to the end of its gate.'),
});

export const runbookStatusSchema = z.object({
  observedGeneration: int64.optional().describe('Generation of the spec that was last acted on.'),
  revision: int64.optional().describe('Grows with each change.'),
  phase: z.enum(runbookPhases).optional().describe('Complete, Failed and Aborted are final.'),
  reason: z.string().optional(),
  message: z.string().optional().describe('What happened and what to do next.'),
  startedAt: timestamp.optional(),
  phaseTransitionTime: timestamp.optional().describe('Last change of phase.'),
  completedAt: timestamp.optional(),
  duration: z.string().optional(),
  progress: z.string().optional().describe('Nodes that are finished, of all: 3/12.'),
  current: z.string().optional().describe('The nodes at hand and their steps.'),
  counts: z
    .object({ total: int32, pending: int32, running: int32, complete: int32, failed: int32, skipped: int32 })
    .optional(),
  nodes: z
    .array(nodeStatus)
    .max(LISTED_NODES)
    .optional()
    .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] })
    .describe('The nodes in their order. Only the nodes at hand, if the runbook has more than 100 nodes.'),
  failures: z
    .array(z.object({ name: z.string(), reason: z.string(), message: z.string(), at: timestamp }))
    .max(LISTED_FAILURES)
    .optional()
    .describe('The last failures.'),
  guard: guardNumbers.optional().describe('What the guard last found.'),
  estimatedCompletion: timestamp.optional().describe('From the seconds of the finished nodes.'),
  control: z
    .object({
      id: z.string(),
      verb: z.string(),
      node: z.string().optional(),
      accepted: z.boolean(),
      message: z.string(),
      at: timestamp,
    })
    .optional()
    .describe('The last command of spec.control that was answered.'),
  workflow: z
    .object({
      id: z.string(),
      runId: z.string().optional(),
      namespace: z.string().optional(),
      url: z.string().optional(),
    })
    .optional()
    .describe('The Temporal workflow that carries the runbook out.'),
  conditions: z
    .array(conditionSchema)
    .optional()
    .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] })
    .describe('Progressing and Paused; Ready or Failed once the runbook has ended.'),
});

export type RunbookSpec = z.output<typeof runbookSpecSchema>;
/** A spec as it is written, before defaults are filled in. */
export type UncheckedRunbookSpec = z.input<typeof runbookSpecSchema>;
export type RunbookTargets = RunbookSpec['targets'];
export type RunbookStrategy = RunbookSpec['strategy'];
export type RunbookWindow = NonNullable<RunbookSpec['window']>;
export type RunbookStatus = z.output<typeof runbookStatusSchema>;

/** A SeiNodeRunbook as the API server returns it. The spec is checked where it is used. */
export interface SeiNodeRunbook extends Pick<SeiNodeTask, 'apiVersion' | 'kind' | 'metadata' | 'spec'> {
  readonly status?: RunbookStatus;
}
