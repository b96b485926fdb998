import type { SimulatedNode } from '../../simulator/simulated-node.ts';
import { eventually } from '../support/eventually.ts';
import type { Stop } from '../support/http-gate.ts';
import { polledAgain } from '../support/polled-again.ts';
import { tells, writes, type StoppableService } from '../support/stoppable-service.ts';
import { conditionOf, type TestEnvironment } from '../support/test-environment.ts';

export interface Place {
  readonly environment: TestEnvironment;
  readonly service: StoppableService;
  readonly node: SimulatedNode;
  readonly name: string;
}

export interface Step {
  readonly name: string;
  /** Begins before the task is created, resolves when it is at this step. */
  readonly reach: (place: Place) => Promise<unknown>;
  /** Whether the sidecar has the task at this step. */
  readonly sent: boolean;
  readonly node?: Parameters<TestEnvironment['addNode']>[1];
  /** Happens while no service lives. */
  readonly meanwhile?: (place: Place) => unknown;
  /** Happens once the next service is ready. */
  readonly afterwards?: (place: Place) => unknown;
  /** Default: Complete. */
  readonly end?: 'TaskFailed';
}

const atApiServer =
  (stop: Stop) =>
  ({ service, name }: Place) =>
    service.apiServer.stop(name, stop);
const atSidecar =
  (stop: Stop) =>
  ({ service, name }: Place) =>
    service.sidecars.stop(name, stop);
const isPost: NonNullable<Stop['before']> = ({ method }) => method === 'POST';

/** seid has gone and does not come back yet, while the service polls. */
async function restarting(place: Place): Promise<void> {
  place.node.setFaults({ neverBoot: true });
  await eventually('seid was signalled', () => place.node.sigtermsReceived === 1);
  await polledAgain(place.node);
}

const SHORT_GRACE = { restartGraceMs: 50, faults: { ignoreSigterm: true } };

/** Lets the restart of a node go to its end that `neverBoot` held back. */
async function boot({ node }: Place): Promise<void> {
  node.setFaults({});
  await eventually('the task is done', () => node.tasks[0]?.status === 'completed');
}

/** Where a service can die, in the order of a restart. */
export const restartSteps: readonly Step[] = [
  {
    name: 'before its target was read',
    sent: false,
    reach: atApiServer({ before: ({ path }) => path.includes('/seinodes/') }),
  },
  {
    name: 'while it waited for its target',
    sent: false,
    node: { phase: 'Pending' },
    reach: ({ environment, name }) =>
      environment.taskWhere(name, 'waits', (task) => conditionOf(task, 'TargetReady') !== undefined),
    meanwhile: ({ environment, name }) => environment.setPhase(name, 'Running'),
  },
  { name: 'before Running was written', sent: false, reach: atApiServer({ before: writes('Running') }) },
  {
    name: 'when Running was written and nobody told',
    sent: false,
    reach: atApiServer({ after: writes('Running') }),
  },
  { name: 'before the sidecar was asked for the id', sent: false, reach: atSidecar({ before: () => true }) },
  { name: 'before the POST', sent: false, reach: atSidecar({ before: isPost }) },
  {
    name: 'when the POST had arrived and was not recorded',
    sent: true,
    reach: atSidecar({ after: isPost }),
  },
  {
    name: 'when the POST had arrived, was not recorded, and the task has failed since',
    sent: true,
    node: SHORT_GRACE,
    reach: atSidecar({ after: isPost }),
    meanwhile: ({ node }) => eventually('the task has failed', () => node.tasks[0]?.status === 'failed'),
    end: 'TaskFailed',
  },
  {
    name: 'while it was polled, and the next service polls too',
    sent: true,
    reach: restarting,
    afterwards: async (place) => {
      await polledAgain(place.node);
      await boot(place);
    },
  },
  {
    name: 'while it was polled, and the task ends before the next service',
    sent: true,
    reach: restarting,
    meanwhile: boot,
  },
  {
    name: 'when the task was done and nobody had seen it',
    sent: true,
    reach: atSidecar({ after: tells('completed') }),
  },
  {
    name: 'when the task had failed and nobody had seen it',
    sent: true,
    node: SHORT_GRACE,
    reach: atSidecar({ after: tells('failed') }),
    end: 'TaskFailed',
  },
  { name: 'before Complete was written', sent: true, reach: atApiServer({ before: writes('Complete') }) },
  {
    name: 'before Failed was written',
    sent: true,
    node: SHORT_GRACE,
    reach: atApiServer({ before: writes('Failed') }),
    end: 'TaskFailed',
  },
  {
    name: 'when Complete was written and nobody told',
    sent: true,
    reach: atApiServer({ after: writes('Complete') }),
  },
];
