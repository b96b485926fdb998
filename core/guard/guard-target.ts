import type { SeiNode } from '../../api/sei-node.ts';
import { present } from '../../lib/present.ts';
import { printable } from '../../lib/printable.ts';
import type { ObservedNode } from './chain-observation.ts';
import type { GuardTarget } from './guard-situation.ts';

const ROLES = ['validator', 'fullNode', 'archive', 'replayer', 'seed'] as const;

/** What a SeiNode says for the guard. Conditions and fields of another form than the known one say nothing. */
export function guardTargetOf({ metadata, spec, status }: SeiNode): GuardTarget {
  const { namespace, name } = metadata;
  return {
    namespace,
    name,
    role: roleOf(spec),
    isPaused: spec.paused === true || isTrue(status?.conditions, 'Paused'),
    isUpdating: isTrue(status?.conditions, 'NodeUpdateInProgress'),
    ...present({ chainId: spec.chainId, heldBy: holderOf(status) }),
  };
}

/** Which of the fields that say what a SeiNode is for is set. */
export function roleOf(spec: SeiNode['spec']): ObservedNode['role'] {
  return ROLES.find((role) => spec[role] !== undefined && spec[role] !== null) ?? 'unknown';
}

function holderOf(status: SeiNode['status']): string | undefined {
  const adopted = fieldOf(status?.adoptedWorkflow, 'name');
  if (typeof adopted === 'string') return printable(adopted, 253);
  return isTrue(status?.conditions, 'WorkflowInProgress') ? '(unknown)' : undefined;
}

function isTrue(conditions: unknown, type: string): boolean {
  if (!Array.isArray(conditions)) return false;
  return conditions.some((each) => fieldOf(each, 'type') === type && fieldOf(each, 'status') === 'True');
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
