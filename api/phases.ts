/** Phases of a SeiNode that are known here; its controller may have more. */
export const seiNodePhases = ['Pending', 'Initializing', 'Running', 'Failed', 'Terminating'] as const;
export type SeiNodePhase = (typeof seiNodePhases)[number];

/** Phases of a task. The last two are terminal. */
export const taskPhases = ['Pending', 'Running', 'Complete', 'Failed'] as const;
export type TaskPhase = (typeof taskPhases)[number];
