import type { ServiceStackOptions } from '../../dev/start-service-stack.ts';

export const CHAIN_ID = 'arctic-1';

/** Slow enough that each step can be seen. */
const FAULTS = { slowStopMs: 1_500, slowBootMs: 1_000 };

export const NODES: ServiceStackOptions['nodes'] = [
  { name: 'validator-0', faults: FAULTS },
  { name: 'validator-1', faults: FAULTS },
  { name: 'stubborn-0', faults: { ignoreSigterm: true } },
];

/** Title of the session that docs/logs.md shows too. */
export const LOG_SESSION = 'The log of a restart';

export interface Session {
  readonly title: string;
  /** Lines for a shell, in the namespace of the chain. */
  readonly commands: readonly string[];
}

export const sessions: readonly Session[] = [
  {
    title: 'A restart',
    commands: [
      "kubectl snt restart validator-0 --name restart-validator-0 --reason 'memory leak'",
      'kubectl wait --for=condition=Finished snt/restart-validator-0 --timeout=60s',
      'kubectl get snt',
      'kubectl get snt -o wide',
      'kubectl describe snt restart-validator-0',
      "kubectl describe seinode validator-0 | sed -n '/^Events:/,$p'",
    ],
  },
  {
    title: 'A restart that fails',
    commands: [
      'kubectl snt restart stubborn-0 --name restart-stubborn-0 --wait; echo "exit code $?"',
      'kubectl get snt restart-stubborn-0',
      'kubectl describe snt restart-stubborn-0',
    ],
  },
  {
    title: 'A wait that is cancelled',
    commands: [
      'kubectl snt await-height validator-1 1000000000 --name await-validator-1',
      "kubectl wait --for=jsonpath='{.status.step}'=AwaitingHeight snt/await-validator-1 --timeout=60s",
      'kubectl snt status await-validator-1',
      "kubectl snt cancel await-validator-1 --reason 'wrong height'",
      'kubectl snt status await-validator-1 --watch --timeout 60s; echo "exit code $?"',
    ],
  },
  {
    title: LOG_SESSION,
    commands: [
      'grep ServiceRunning "$SERVICE_LOG"',
      'grep restart-validator-0 "$SERVICE_LOG"',
      'grep -E "(TaskAccepted|VerdictFailed) .*stubborn-0" "$SERVICE_LOG"',
    ],
  },
  {
    title: 'History of a node',
    commands: ['kubectl snt get', 'kubectl snt history validator-0', 'kubectl get sei'],
  },
];
