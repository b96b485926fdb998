/** A column of `kubectl get`, as a CustomResourceDefinition has it. */
interface PrinterColumn {
  readonly name: string;
  readonly type: 'string' | 'date';
  readonly jsonPath: string;
  /** Above 0: only with `-o wide`. */
  readonly priority?: number;
}

const kind = text('Kind', '.spec.kind');
const chain = text('Chain', '.spec.chainId');
const phase = text('Phase', '.status.phase');
const age = date('Age', '.metadata.creationTimestamp');
const reason = text('Reason', '.status.reason');
const workflow = wide(text('Workflow', '.status.workflow.id'));
const message = wide(text('Message', '.status.message'));

/** Columns of each resource, in their order. */
export const printerColumns: Readonly<Record<'SeiNodeTask' | 'SeiNodeRunbook' | 'SeiNode', readonly PrinterColumn[]>> =
  {
    // The first four are the contract's, in its order; ours come after them.
    SeiNodeTask: [
      kind,
      text('Target', '.spec.target.nodeRef.name'),
      phase,
      age,
      reason,
      text('Duration', '.status.duration'),
      wide(text('Step', '.status.step')),
      workflow,
      message,
    ],
    SeiNodeRunbook: [
      kind,
      chain,
      phase,
      text('Progress', '.status.progress'),
      text('Current', '.status.current'),
      age,
      wide(reason),
      wide(date('Completion', '.status.estimatedCompletion')),
      workflow,
      message,
    ],
    SeiNode: [chain, phase, age],
  };

function text(name: string, jsonPath: string): PrinterColumn {
  return { name, type: 'string', jsonPath };
}

function date(name: string, jsonPath: string): PrinterColumn {
  return { name, type: 'date', jsonPath };
}

function wide(column: PrinterColumn): PrinterColumn {
  return { ...column, priority: 1 };
}
