/** One folder at the top of the tree. */
interface Room {
  /** For the table in docs/architecture.md. */
  readonly holds: string;
  /** Other rooms that it may import from. */
  readonly rooms: readonly RoomName[];
  /** Packages that it may import; `node:` stands for all modules of Node. */
  readonly packages: readonly string[];
}

const product = ['lib', 'api', 'core', 'kubernetes'] as const;
const temporal = ['@temporalio/client', '@temporalio/common', '@temporalio/proto'] as const;

export type RoomName =
  | (typeof product)[number]
  | 'workflows'
  | 'activities'
  | 'crd-bridge'
  | 'encryption'
  | 'worker'
  | 'cli'
  | 'simulator'
  | 'dev'
  | 'demo'
  | 'chaos'
  | 'bench'
  | 'docs'
  | 'examples'
  | 'scripts'
  | 'test';

/**
 * The rooms, from the bottom up. The linter holds who may import what (`oxlint.config.ts`), and the table in
 * docs/architecture.md is generated from this (`npm run generate`).
 */
export const rooms: Readonly<Record<RoomName, Room>> = {
  lib: { holds: 'small helpers without a domain: text, time, JSON, promises', rooms: [], packages: [] },
  api: {
    holds:
      'what others rely on: the resource as zod schemas and CRD, the kinds (`kinds/`), what goes through Temporal (`temporal/`), what is read of the sidecar (`sidecar/`)',
    rooms: ['lib'],
    packages: ['zod'],
  },
  core: {
    holds:
      'pure decisions and messages: the plan of a task, what is known of it, what to do next, verdicts, the next status; no I/O, no clock',
    rooms: ['lib', 'api'],
    packages: ['zod', '@noble/hashes', 'temporal-polyfill'],
  },
  workflows: {
    holds:
      'one workflow for each kind over one task lifecycle; `runbooks/`; deterministic, so no module of Node and no zod',
    rooms: ['lib', 'api', 'core'],
    packages: ['@temporalio/workflow', '@temporalio/common'],
  },
  kubernetes: {
    holds: 'access to the API server: transport, reflector, the writer of task statuses, lease elector, event recorder',
    rooms: ['lib', 'api', 'core'],
    packages: ['@kubernetes/client-node', 'undici', 'yaml', 'zod', 'node:'],
  },
  activities: {
    holds: 'side effects: sidecar client, SeiNode reads, reads of a chain (`chain/`), permits, status writes, Events',
    rooms: product,
    packages: [...temporal, '@temporalio/activity', 'undici', 'zod', 'node:'],
  },
  'crd-bridge': {
    holds: 'SeiNodeTask → workflow: queue, reconcile, watch of closed and open workflows',
    rooms: product,
    packages: ['@temporalio/client', '@temporalio/common', 'jsonc-parser', 'node:'],
  },
  encryption: {
    holds: 'the codec that encrypts payloads on their way to Temporal, and its keys',
    rooms: ['lib', 'api'],
    packages: ['@temporalio/common', '@temporalio/proto', 'node:'],
  },
  worker: {
    holds:
      'the process: configuration, wiring, probes, metrics, shutdown; `codec-server/`, a process that decrypts payloads for the Temporal UI and CLI',
    rooms: [...product, 'activities', 'crd-bridge', 'encryption'],
    packages: [...temporal, '@temporalio/worker', '@temporalio/envconfig', 'jose', 'undici', 'zod', 'node:'],
  },
  cli: {
    holds: '`kubectl snt`: one program of commands and options (commander), one file per command',
    rooms: product,
    packages: ['@commander-js/extra-typings', '@temporalio/client', '@temporalio/envconfig', 'yaml', 'node:'],
  },
  simulator: {
    holds:
      "[nodes that stand in for real ones](simulator.md): a sidecar's exact wire behaviour over real child processes, and a chain that can stop",
    rooms: [],
    packages: ['node:'],
  },
  dev: {
    holds:
      'the harness of demo, chaos, bench and tests: local Temporal, kube-apiserver and etcd (`start-local-servers.ts`) and where their binaries come from; a namespace with simulated nodes on them (`start-local-stack.ts`); processes of the service',
    rooms: [...product, 'simulator'],
    packages: [...temporal, 'undici', 'yaml', 'node:'],
  },
  demo: {
    holds: '`npm run demo`: the main job, told step by step',
    rooms: [...product, 'workflows', 'cli', 'simulator', 'dev'],
    packages: ['yaml', 'node:'],
  },
  chaos: {
    holds: '[a fleet at work under faults](chaos.md): plan, injection, observation, invariants',
    rooms: [...product, 'simulator', 'dev'],
    packages: ['@temporalio/client', '@temporalio/proto', 'undici', 'zod', 'pure-rand', 'node:'],
  },
  bench: {
    holds: '[benchmarks](performance.md) with a floor of the same run',
    rooms: [...product, 'activities', 'crd-bridge', 'cli', 'simulator', 'dev', 'scripts'],
    packages: ['@temporalio/client', '@temporalio/activity', '@temporalio/worker', '@temporalio/workflow', 'node:'],
  },
  docs: {
    holds: 'documents; `record/` makes the transcripts and the pictures in them',
    rooms: [...product, 'dev'],
    packages: ['rolldown', 'uplot', 'node:'],
  },
  examples: {
    holds: '[a runbook in a project of its own](authors.md), which a test installs the package into',
    rooms: [],
    packages: ['sei-node-tasks', '@temporalio/worker', '@temporalio/envconfig', 'node:'],
  },
  scripts: {
    holds: 'what npm scripts run on the source: generated files, audit, the rooms themselves',
    rooms: [...product, 'worker', 'cli'],
    packages: ['@grafana/schema', 'oxc-parser', 'rolldown', 'yaml', 'zod', 'node:'],
  },
  test: {
    holds: 'tests, by room and by what is tried',
    rooms: [
      ...product,
      'workflows',
      'activities',
      'crd-bridge',
      'encryption',
      'worker',
      'cli',
      'simulator',
      'dev',
      'demo',
      'chaos',
      'bench',
      'docs',
      'scripts',
    ],
    packages: [
      ...temporal,
      '@prometheus-io/lezer-promql',
      '@temporalio/activity',
      '@temporalio/worker',
      '@temporalio/workflow',
      'fast-check',
      'jose',
      'marked',
      'node-forge',
      'undici',
      'wasmoon',
      'yaml',
      'node:',
    ],
  },
};
