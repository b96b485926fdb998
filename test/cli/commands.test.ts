import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { parse } from 'yaml';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import { eventually } from '../support/eventually.ts';
import { requestsOf } from '../support/requests-of.ts';
import { TestEnvironment } from '../support/test-environment.ts';
import { adminShell, Plugin, runPlugin, terminal, type PluginResult } from './plugin.ts';

const HOSTILE = '\u001B]0;owned\u0007\u001B[2J\u009B31m red\r\u202Etxet';
/** No control characters except line breaks, and nothing that turns text around. */
const UNSAFE = /[^\P{Cc}\n]|\p{Bidi_Control}/u;

describe('kubectl snt', () => {
  let environment: TestEnvironment;
  let shell: NodeJS.ProcessEnv;

  before(async () => {
    environment = await TestEnvironment.create();
    await environment.startService();
    shell = adminShell(environment.servers);
    await environment.addNode('validator-0');
    await environment.addNode('starting-0');
    await environment.setPhase('starting-0', 'Initializing');
  });

  after(() => environment.stop());

  async function run(...words: string[]): Promise<PluginResult> {
    return await runPlugin([...words, '-n', environment.namespace], shell);
  }

  /** What it printed; fails the test when it failed. */
  async function output(...words: string[]): Promise<string> {
    const { code, stdout, stderr } = await run(...words);
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
    return stdout;
  }

  async function names(): Promise<string[]> {
    return (await environment.tasks.listPage({ namespace: environment.namespace })).items.map(
      ({ metadata }) => metadata.name,
    );
  }

  describe('restart', () => {
    it('creates a task under a name of its own and prints the next command', async () => {
      const stdout = await output('restart', 'validator-0', '--reason', 'memory leak', '--timeout-seconds', '500');
      const [, name = '', next = ''] =
        /^seinodetask\.sei\.io\/(restart-validator-0-[a-z0-9]{5}) created\nNext: kubectl snt (.*)\n$/.exec(stdout) ??
        [];
      const task = await environment.finished(name);
      assert.deepEqual(task.spec, {
        kind: 'RestartSeid',
        restartSeid: {},
        target: { nodeRef: { name: 'validator-0' }, requirePhase: 'Running', requirePhaseTimeout: '5m' },
        timeoutSeconds: 500,
      });
      assert.match(task.status?.message ?? '', /Requested by admin\. Reason: memory leak\.$/);
      const { code, stdout: followed } = await runPlugin(next.split(' '), shell);
      assert.match(followed, /Complete {2}TaskComplete/);
      assert.equal(code, 0);
    });

    it('prints what it created as name, JSON or YAML, and nothing else', async () => {
      assert.equal(
        await output('restart', 'starting-0', '--name', 'as-name', '-o', 'name'),
        'seinodetask.sei.io/as-name\n',
      );
      const formats: Readonly<Record<string, (text: string) => unknown>> = {
        json: JSON.parse,
        yaml: (text) => parse(text),
      };
      for (const [format, read] of Object.entries(formats)) {
        const task = read(await output('restart', 'starting-0', '--name', `as-${format}`, '-o', format)) as SeiNodeTask;
        assert.deepEqual(
          [task.kind, task.metadata.name, task.spec?.['kind']],
          ['SeiNodeTask', `as-${format}`, 'RestartSeid'],
        );
      }
    });

    it('takes any --timeout-seconds that an int64 holds, and makes it a year at most', async () => {
      for (const [asked, timeoutSeconds] of [
        ['2147483648', 31_536_000],
        ['9223372036854775807', 31_536_000],
        ['31535999', 31_535_999],
      ] as const) {
        const { spec } = JSON.parse(
          await output('restart', 'validator-0', '--timeout-seconds', asked, '--dry-run=server', '-o', 'json'),
        );
        assert.equal(spec.timeoutSeconds, timeoutSeconds);
      }
    });

    it('creates nothing with --dry-run=server, which still checks', async () => {
      const before = await names();
      assert.match(
        await output('restart', 'validator-0', '--dry-run=server'),
        /^seinodetask\.sei\.io\/restart-validator-0-\w+ created \(server dry run\)\n$/,
      );
      assert.match(
        await output('restart', 'validator-0', '--dry-run=server', '-o', 'yaml'),
        /^ {2}restartSeid: \{\}$/m,
      );
      await environment.addNode('has.a.dot');
      const { code, stderr } = await run('restart', 'has.a.dot', '--dry-run=server');
      assert.match(stderr, /was answered 422: .*spec\.target\.nodeRef\.name.*Correct the field/);
      assert.equal(code, 1);
      assert.deepEqual(await names(), before);
    });

    it('says so when the name is taken', async () => {
      await output('restart', 'starting-0', '--name', 'taken');
      const { code, stdout, stderr } = await run('restart', 'starting-0', '--name', 'taken');
      assert.match(stderr, /already exists.*choose another name\.\n$/);
      assert.deepEqual([code, stdout], [1, '']);
    });

    it('names the right that an account lacks', async () => {
      const kubeconfig = environment.servers.kubernetes.kubeconfig('viewer');
      const { code, stderr } = await run('restart', 'validator-0', '--kubeconfig', kubeconfig);
      assert.match(stderr, /"viewer" cannot create resource "seinodetasks".*Grant this verb/);
      assert.deepEqual([code, stderr.trimEnd().split('\n').length], [1, 1]);
    });
  });

  it('await-height creates a wait for that height', async () => {
    const task = JSON.parse(await output('await-height', 'validator-0', '1000', '-o', 'json')) as SeiNodeTask;
    assert.match(task.metadata.name, /^await-height-validator-0-\w{5}$/);
    assert.deepEqual(task.spec?.['awaitNodesAtHeight'], { targetHeight: 1000 });
    assert.equal((await environment.finished(task.metadata.name)).status?.phase, 'Complete');
  });

  describe('get', () => {
    it('lists the newest first, with what came of each', async () => {
      await environment.restart('listed', 'absent-0');
      await environment.finished('listed');
      const [header, ...rows] = (await output('get')).trimEnd().split('\n');
      assert.match(header ?? '', /^NAME +KIND +TARGET +PHASE +STATE +DURATION +AGE( +MESSAGE)?$/);
      assert.match(
        rows.find((row) => row.startsWith('listed ')) ?? '',
        /^listed +RestartSeid +absent-0 +Failed +TargetResolveFailed +\d+s +\d+s$/,
      );
      const times = (
        JSON.parse(await output('get', '-o', 'json')) as { items: { metadata: { creationTimestamp: string } }[] }
      ).items.map(({ metadata }) => metadata.creationTimestamp);
      assert.deepEqual(times, times.toSorted().toReversed());
      assert.equal(times.length, rows.length);
    });

    it('prints one by its name as kubectl does', async () => {
      await environment.restart('single', 'absent-0');
      await environment.finished('single');
      const { stdout } = await environment.kubectl(['get', 'snt', 'single', '-o', 'json']);
      assert.deepEqual(JSON.parse(await output('get', 'single', '-o', 'json')), JSON.parse(stdout));
      assert.deepEqual(parse(await output('get', '-o', 'yaml', 'single')), JSON.parse(stdout));
      assert.equal(await output('get', 'single', '-o', 'name'), 'seinodetask.sei.io/single\n');
    });

    it('lists all namespaces with -A', async () => {
      await environment.restart('anywhere', 'absent-0');
      const stdout = await output('get', '-A');
      assert.match(stdout, /^NAMESPACE +NAME/);
      assert.match(stdout, new RegExp(`^${environment.namespace} +anywhere +RestartSeid`, 'm'));
    });

    it("looks into the context's namespace where none is named, and says so when there is none", async () => {
      const { kubernetes, directory } = environment.servers;
      const kubeconfig = join(directory, `kubeconfig-${environment.namespace}-public`);
      await writeFile(
        kubeconfig,
        (await readFile(kubernetes.kubeconfig('admin'), 'utf8')).replace(
          '"namespace": "default"',
          '"namespace": "kube-public"',
        ),
      );
      const { code, stdout, stderr } = await runPlugin(['get', '--kubeconfig', kubeconfig], shell);
      assert.match(stderr, /^There are no SeiNodeTasks in namespace kube-public\./);
      assert.deepEqual([code, stdout], [0, '']);
    });
  });

  describe('status', () => {
    it('shows where a task stands', async () => {
      await output('await-height', 'validator-0', '1000000000', '--name', 'standing', '--timeout-seconds', '3600');
      const { status } = await environment.taskWhere(
        'standing',
        'waits on the sidecar',
        (task) => task.status?.step === 'AwaitingHeight',
      );
      const stdout = await output('status', 'standing');
      const patterns = [
        `^Task: +${environment.namespace}/standing$`,
        '^Kind: +AwaitNodesAtHeight$',
        '^Target: +validator-0$',
        '^Phase: +Running$',
        '^Step: +AwaitingHeight$',
        '^Elapsed: +\\d+s of 1h0m0s$',
        '^Message: +Waiting until SeiNode \\S+ reaches height 1000000000\\.',
        `^Task id: +${status?.task?.id}$`,
        `^Workflow: +seinodetask/${environment.namespace}/standing/`,
        '^  TargetReady=True +PhaseMet ',
      ];
      for (const pattern of patterns) assert.match(stdout, new RegExp(pattern, 'm'));
    });

    it('exits with 1 for a task that failed, and for one that is not there', async () => {
      await environment.restart('failed', 'absent-0');
      await environment.finished('failed');
      const failed = await run('status', 'failed');
      assert.match(failed.stdout, /^Reason: +TargetResolveFailed$/m);
      assert.equal(failed.code, 1);
      const missing = await run('status', 'nowhere');
      assert.equal(
        missing.stderr,
        `SeiNodeTask ${environment.namespace}/nowhere does not exist. List those that do: kubectl snt get -n ${environment.namespace}\n`,
      );
      assert.deepEqual([missing.code, missing.stdout], [1, '']);
    });
  });

  describe('cancel', () => {
    it('ends a task that runs, with the reason in its status', async () => {
      const node = await environment.addNode('cancelled-0');
      await output('await-height', 'cancelled-0', '1000000000', '--name', 'cancelled');
      await environment.taskWhere(
        'cancelled',
        'waits on the sidecar',
        (task) => task.status?.step === 'AwaitingHeight',
      );
      const stdout = await output('cancel', 'cancelled', '--reason', 'wrong height');
      assert.match(
        stdout,
        /^Cancelling of seinodetask\.sei\.io\/cancelled was requested\.\nThe wait is taken off the sidecar.*\nFollow it: kubectl snt status cancelled -w -n /,
      );
      const { status } = await environment.finished('cancelled');
      assert.equal(status?.reason, 'Cancelled');
      assert.match(status?.message ?? '', /Cancelled because: wrong height\./);
      assert.equal(requestsOf(node, 'DELETE').length, 1);
    });

    it('says that a restart is watched to its end, and keeps the first reason', async () => {
      const node = await environment.addNode('slow-0', { restartGraceMs: 60_000, faults: { ignoreSigterm: true } });
      await output('restart', 'slow-0', '--name', 'slow');
      await environment.taskWhere('slow', 'restarts', (task) => task.status?.step === 'Restarting');
      assert.match(
        await output('cancel', 'slow', '--reason', 'first'),
        /was sent to the node and cannot be undone: it is watched to its end/,
      );
      assert.match(
        await output('cancel', 'slow', '--reason', 'second'),
        /^Cancelling of \S+\/slow was requested before, because: first\. Nothing was changed\.\n/,
      );
      assert.equal(
        (await environment.tasks.get(environment.namespace, 'slow'))?.metadata.annotations?.['sei.io/cancel'],
        'first',
      );
      assert.equal(node.sigtermsReceived, 1);
    });

    it('leaves a task that is over as it is', async () => {
      await environment.restart('over', 'absent-0');
      const before = await environment.finished('over');
      const { code, stdout, stderr } = await run('cancel', 'over', '--reason', 'too late');
      assert.match(
        stderr,
        /^SeiNodeTask \S+\/over is already Failed; nothing was changed\. Read its verdict: kubectl snt status over -n /,
      );
      assert.deepEqual([code, stdout], [1, '']);
      assert.equal(
        (await environment.tasks.get(environment.namespace, 'over'))?.metadata.resourceVersion,
        before.metadata.resourceVersion,
      );
    });

    it('says so when there is no such task', async () => {
      const { code, stderr } = await run('cancel', 'nowhere', '--reason', 'x');
      assert.match(stderr, /does not exist/);
      assert.equal(code, 1);
    });
  });

  describe('history', () => {
    it('lists what was done on a node, newest first, also when the resources are gone', async () => {
      await environment.addNode('busy-0');
      for (const name of ['busy-1', 'busy-2']) {
        await environment.restart(
          name,
          'busy-0',
          name === 'busy-2'
            ? { kind: 'AwaitNodesAtHeight', restartSeid: undefined, awaitNodesAtHeight: { targetHeight: 1 } }
            : {},
        );
        await environment.finished(name);
      }
      await environment.tasks.delete(environment.namespace, 'busy-1');
      const entries = await eventually('both are listed as over', async () => {
        const list = JSON.parse(await output('history', 'busy-0', '-o', 'json')) as {
          kind: string;
          outcome: string;
          workflowId: string;
          closedAt?: string;
        }[];
        return list.length === 2 && list.every(({ closedAt }) => closedAt !== undefined) && list;
      });
      assert.deepEqual(
        entries.map(({ kind, outcome }) => [kind, outcome]),
        [
          ['AwaitNodesAtHeight', 'TaskComplete'],
          ['RestartSeid', 'TaskComplete'],
        ],
      );
      const [header, ...rows] = (await output('history', 'busy-0')).trimEnd().split('\n');
      assert.match(header ?? '', /^STARTED +KIND +OUTCOME +DURATION +WORKFLOW, WHO AND WHY$/);
      assert.match(
        rows[1] ?? '',
        new RegExp(
          `^\\d{4}-\\d\\d-\\d\\dT[\\d:]{8}Z +RestartSeid +TaskComplete +\\d+s +seinodetask/${environment.namespace}/busy-1/`,
        ),
      );
      assert.deepEqual(parse(await output('history', 'busy-0', '-o', 'yaml')), entries);
      assert.equal((await output('history', 'busy-0', '--limit', '1')).trimEnd().split('\n').length, 2);
    });

    it('says Cancelling of a restart that was cancelled and is watched to its end, also on 80 columns', async () => {
      await environment.addNode('watched-0', { restartGraceMs: 60_000, faults: { ignoreSigterm: true } });
      await environment.restart('watched', 'watched-0');
      const task = await environment.taskWhere('watched', 'restarts', ({ status }) => status?.step === 'Restarting');
      const outcomes = async (): Promise<unknown> =>
        (JSON.parse(await output('history', 'watched-0', '-o', 'json')) as { outcome: string }[]).map(
          ({ outcome }) => outcome,
        );
      await eventually('it is listed as open', async () => isDeepStrictEqual(await outcomes(), ['Running']));
      await output('cancel', 'watched', '--reason', 'wrong node');
      await eventually('it is listed as being cancelled', async () =>
        isDeepStrictEqual(await outcomes(), ['Cancelling']),
      );
      const { stdout } = await new Plugin(
        ['history', 'watched-0', '-n', environment.namespace],
        { ...shell, TERM: 'xterm' },
        terminal(80),
      ).ended();
      const [header, row, id, ...rest] = stdout.trimEnd().split('\r\n');
      assert.match(header ?? '', /^STARTED +KIND +OUTCOME +DURATION$/);
      assert.match(row ?? '', /^\S+Z +RestartSeid +Cancelling$/);
      assert.equal(id, `  ${environment.workflowOf(task).workflowId}`);
      assert.deepEqual(rest, ['  Created with sei-node-tasks.']);
    });

    it('lists the workflows of all clusters, and says so, where the cluster cannot be told', async () => {
      await environment.addNode('shared-0');
      await environment.restart('shared-1', 'shared-0');
      await environment.finished('shared-1');
      const kubeconfig = environment.servers.kubernetes.kubeconfig('viewer');
      const { code, stderr } = await eventually('it is listed', async () => {
        const result = await run('history', 'shared-0', '--kubeconfig', kubeconfig);
        return result.stdout.includes('/shared-1/') && result;
      });
      assert.match(stderr, /^Workflows of other clusters may be among these.*cannot get resource "namespaces"/);
      assert.equal(code, 0);
    });

    it('says so when there is nothing', async () => {
      const { code, stdout, stderr } = await run('history', 'unheard-of');
      assert.match(stderr, /^Temporal knows no workflow on SeiNode \S+\/unheard-of\./);
      assert.deepEqual([code, stdout], [0, '']);
    });

    const broken: Readonly<Record<string, readonly [NodeJS.ProcessEnv, RegExp]>> = {
      'cannot be reached': [
        { TEMPORAL_ADDRESS: '127.0.0.1:1' },
        /^Temporal at 127\.0\.0\.1:1 cannot be reached: .*Set TEMPORAL_ADDRESS/,
      ],
      'has no such namespace': [{ TEMPORAL_NAMESPACE: 'nowhere' }, /has no namespace nowhere\. Set TEMPORAL_NAMESPACE/],
      'lacks the search attributes': [
        { TEMPORAL_NAMESPACE: 'temporal-system' },
        /refused: .*temporal operator search-attribute create --namespace temporal-system --name SeiCluster/,
      ],
      'is configured wrongly': [
        { TEMPORAL_CONFIG_FILE: '/none', TEMPORAL_PROFILE: 'none' },
        /The configuration of Temporal's client is not valid: .*Correct/,
      ],
    };
    for (const [what, [variables, sentence]] of Object.entries(broken)) {
      it(`says so when Temporal ${what}`, async () => {
        const { code, stdout, stderr } = await runPlugin(['history', 'validator-0', '-n', environment.namespace], {
          ...shell,
          ...variables,
        });
        assert.match(stderr, sentence);
        assert.deepEqual([code, stdout, stderr.trimEnd().split('\n').length], [1, '', 1]);
      });
    }
  });

  it('completes names of nodes, tasks and namespaces', async () => {
    await environment.restart('completed', 'absent-0');
    const complete = async (...words: string[]): Promise<string> =>
      (await runPlugin(['__complete', '-n', environment.namespace, ...words], shell)).stdout;
    assert.equal(await complete('restart', 'valid'), 'validator-0\n');
    assert.equal(await complete('status', '-w', 'compl'), 'completed\n');
    assert.equal(await complete('get', '--node', 'valid'), 'validator-0\n');
    assert.equal(await complete('await-height', 'validator-0', ''), '');
    assert.ok((await complete('get', '-n', '')).split('\n').includes(environment.namespace));
    const lost = await runPlugin(['__complete', 'status', '--kubeconfig', '/none', ''], shell);
    assert.deepEqual(lost, { code: 0, stdout: '', stderr: '' });
  });

  it('lets no control characters through', async () => {
    await output('restart', 'starting-0', '--name', 'hostile', '--reason', HOSTILE, '--require-phase-timeout', '1s');
    await environment.finished('hostile');
    await environment.tasks.patchStatus(
      { namespace: environment.namespace, name: 'hostile' },
      { status: { message: HOSTILE, reason: HOSTILE, step: HOSTILE } },
    );
    const status = await run('status', 'hostile');
    assert.match(status.stdout, /^Message: +\]0;owned \[2J 31m red txet$/m);
    const [json, yaml] = [await run('get', 'hostile', '-o', 'json'), await run('get', '-o', 'yaml', 'hostile')];
    for (const document of [JSON.parse(json.stdout), parse(yaml.stdout)] as SeiNodeTask[]) {
      assert.deepEqual(
        [document.metadata.annotations?.['sei.io/reason'], document.status?.message],
        [HOSTILE, HOSTILE],
      );
    }
    const others = await Promise.all([
      run('get'),
      run('status', 'hostile', '-w'),
      run('cancel', 'hostile', '--reason', HOSTILE),
    ]);
    for (const { stdout, stderr } of [status, json, yaml, ...others]) {
      assert.doesNotMatch(stdout, UNSAFE);
      assert.doesNotMatch(stderr, UNSAFE);
    }
  });
});
