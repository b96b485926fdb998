import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import type { RunbookVerb } from '../../api/runbook-phases.ts';
import type { RunbookStatus, SeiNodeRunbook } from '../../api/sei-node-runbook.ts';
import { eventually } from '../support/eventually.ts';
import { complete, gating, needsOperator, runbookStatus } from './made-up-runbook.ts';
import { Plugin, terminal, type PluginResult } from './plugin.ts';
import { NAMESPACE, RunbookServer } from './runbook-server.ts';

const manifest = {
  apiVersion: 'sei.io/v1alpha1',
  kind: 'SeiNodeRunbook',
  metadata: { name: 'restart-all', labels: { team: 'core' }, annotations: { a: 'b' } },
  spec: { kind: 'RollingRestart', chainId: 'arctic-1', targets: { selector: {} }, rollingRestart: {} },
};
const planned = runbookStatus({ phase: 'Complete', reason: 'DryRun', message: 'The plan has 10 nodes.' });

function manifestIn(namespace: string): object {
  return { ...manifest, metadata: { ...manifest.metadata, namespace } };
}

describe('kubectl snt runbook', () => {
  let server: RunbookServer;

  beforeEach(async () => {
    server = await RunbookServer.start();
  });
  afterEach(() => server[Symbol.asyncDispose]());

  function start(...words: readonly string[]): Plugin {
    return new Plugin(['runbook', ...words, '-n', NAMESPACE], server.shell);
  }

  async function run(...words: readonly string[]): Promise<PluginResult> {
    return await start(...words).ended();
  }

  async function fileOf(document: object): Promise<string> {
    const file = join(dirname(server.kubeconfig), 'runbook.yaml');
    await writeFile(file, JSON.stringify(document));
    return file;
  }

  /** What was written, without the id. */
  function writtenControl(): object[] {
    return server.requests
      .filter(({ method }) => method === 'PATCH')
      .map(({ body, query }) => {
        const { spec } = JSON.parse(body) as { spec: { control: { id: string } } };
        const { id, ...control } = spec.control;
        assert.match(id, /^[\da-f-]{36}$/);
        return { ...control, manager: query['fieldManager'] };
      });
  }

  describe('status', () => {
    for (const [phase, code] of [
      ['Running', 0],
      ['NeedsOperator', 0],
      ['Complete', 0],
      ['Failed', 1],
      ['Aborted', 1],
    ] as const)
      it(`exits with ${code} when the runbook is ${phase}`, async () => {
        server.set('restart-all', runbookStatus({ phase }));
        const result = await run('status', 'restart-all');
        assert.match(result.stdout, new RegExp(`^Phase: +${phase} `, 'm'));
        assert.deepEqual([result.code, result.stderr], [code, '']);
      });

    it('suggests the name of a runbook that exists', async () => {
      server.set('restart-all');
      const { code, stdout, stderr } = await run('status', 'restart-al');
      assert.match(
        stderr,
        /restart-al does not exist\. Did you mean restart-all\? .*kubectl snt runbook list -n arctic-1$/m,
      );
      assert.deepEqual([code, stdout], [1, '']);
    });

    it('prints the resource for a program', async () => {
      server.set('restart-all', gating);
      const json = JSON.parse((await run('status', 'restart-all', '-o', 'json')).stdout) as SeiNodeRunbook;
      const yaml = parse((await run('status', 'restart-all', '-o', 'yaml')).stdout) as SeiNodeRunbook;
      assert.deepEqual(json, yaml);
      assert.deepEqual([json.kind, json.status?.progress], ['SeiNodeRunbook', '3/10']);
    });
  });

  describe('status --watch', () => {
    for (const [last, code] of [
      [complete, 0],
      [runbookStatus({ phase: 'Failed', reason: 'NodesFailed' }), 1],
      [runbookStatus({ phase: 'Aborted', reason: 'AbortedByOperator' }), 1],
    ] as const)
      it(`ends with exit code ${code} when the runbook is ${last.phase}, also after it needed an operator`, async () => {
        server.set('restart-all', gating);
        const watch = start('status', 'restart-all', '-w');
        await watch.prints(/^Current: +validator-0: Gating/m);
        server.set('restart-all', needsOperator);
        await watch.prints(/kubectl snt runbook retry restart-all validator-0 -n arctic-1$/m);
        server.set('restart-all', last);
        const { code: exitCode, stderr, stdout } = await watch.ended();
        assert.deepEqual([exitCode, stderr, [...stdout.matchAll(/^Phase:/gm)].length], [code, '', 3]);
      });

    it('asks once, and then only watches', async () => {
      server.set('restart-all', gating);
      const watch = start('status', 'restart-all', '-w');
      await eventually('it watches', () => server.openWatches === 1);
      server.set('restart-all', complete);
      await watch.ended();
      assert.deepEqual(
        server.requests.map(({ method, query }) => [method, query['watch'], query['fieldSelector']]),
        [
          ['GET', undefined, undefined],
          ['GET', 'true', 'metadata.name=restart-all'],
        ],
      );
    });

    it('continues when a watch is closed, and shows what happened in between', async () => {
      server.set('restart-all', gating);
      const watch = start('status', 'restart-all', '-w');
      await eventually('it watches', () => server.openWatches === 1);
      server.refused.set('WATCH', 500);
      server.endWatches();
      await eventually('the watch is closed', () => server.openWatches === 0);
      server.set('restart-all', needsOperator);
      await watch.prints(/^Phase: +NeedsOperator/m);
      server.refused.clear();
      await eventually('it watches again', () => server.openWatches === 1);
      server.set('restart-all', complete);
      assert.equal((await watch.ended()).code, 0);
    });

    it('continues when the API server no longer has the version of a runbook that did not change', async () => {
      server.set('restart-all', needsOperator);
      server.isForgetful = true;
      const watch = start('status', 'restart-all', '-w');
      await eventually('it watches', () => server.openWatches === 1);
      server.set('restart-all', complete);
      const { code, stdout, stderr } = await watch.ended();
      assert.deepEqual([code, stderr, [...stdout.matchAll(/^Phase:/gm)].length], [0, '', 2]);
      assert.doesNotMatch(stdout, /Trying again/);
    });

    it('exits with 1 when the right to watch is missing', async () => {
      server.set('restart-all', gating);
      server.refused.set('WATCH', 403);
      const { code, stderr } = await run('status', 'restart-all', '-w');
      assert.match(stderr, /403/);
      assert.equal(code, 1);
    });

    it('exits with 1 when the runbook is deleted', async () => {
      server.set('restart-all', gating);
      const watch = start('status', 'restart-all', '-w');
      await eventually('it watches', () => server.openWatches === 1);
      server.delete('restart-all');
      const { code, stdout } = await watch.ended();
      assert.match(stdout, /^SeiNodeRunbook restart-all was deleted, and its end was not seen here\./m);
      assert.equal(code, 1);
    });

    it('exits with 124 past --timeout and with 130 after Ctrl-C, and changes nothing', async () => {
      server.set('restart-all', gating);
      const timedOut = await run('status', 'restart-all', '-w', '--timeout', '500ms');
      assert.match(timedOut.stdout, /^Not over within 500ms\. The runbook continues; nothing about it was changed\.$/m);
      const watch = start('status', 'restart-all', '-w');
      await watch.prints(/^Current:/m);
      watch.interrupt();
      const interrupted = await watch.ended();
      assert.match(interrupted.stdout, /^Watch it again: kubectl snt runbook status restart-all -w -n arctic-1$/m);
      assert.deepEqual([timedOut.code, interrupted.code, writtenControl()], [124, 130, []]);
    });

    it('leaves the resource at its end on stdout, and the way there on stderr, with -o', async () => {
      server.set('restart-all', complete);
      const { code, stdout, stderr } = await run('status', 'restart-all', '-w', '-o', 'json');
      assert.equal((JSON.parse(stdout) as SeiNodeRunbook).status?.phase, 'Complete');
      assert.match(stderr, /^Phase: +Complete/m);
      assert.equal(code, 0);
    });

    it('draws one block in place on a terminal', async () => {
      server.set('restart-all', gating);
      const words = ['runbook', 'status', 'restart-all', '-w', '-n', NAMESPACE];
      const watch = new Plugin(words, server.shell, terminal(80));
      await watch.prints(/Gating/);
      server.set('restart-all', complete);
      const { code, stdout } = await watch.ended();
      const [first = '', ...redrawn] = stdout.split('\u001B[0J');
      assert.ok(redrawn.length >= 2, first);
      assert.match(redrawn.at(-1) ?? '', /^Runbook: [^]*Complete \(RunbookComplete\)/);
      assert.equal(code, 0);
    });
  });

  describe('list', () => {
    it('has a row for each runbook, as text and for programs', async () => {
      assert.match((await run('list')).stderr, /^There are no SeiNodeRunbooks in namespace arctic-1\./);
      server.set('restart-all', gating);
      server.set('restart-two');
      const { stdout } = await run('list');
      const rows = stdout
        .trimEnd()
        .split('\n')
        .map((row) => row.split(/ {3,}/));
      assert.deepEqual(rows[0], ['NAME', 'CHAIN', 'PHASE', 'REASON', 'NODES', 'AGE', 'MESSAGE']);
      assert.deepEqual(rows[1]?.slice(0, 5), ['restart-all', 'test-1', 'Running', 'RestartingNodes', '3/10']);
      assert.equal(rows[2]?.at(-1), 'No service has seen this runbook yet. It may lack the labels of TASK_SELECTOR.');
      assert.equal(
        (await run('list', '-o', 'name')).stdout,
        'seinoderunbook.sei.io/restart-all\nseinoderunbook.sei.io/restart-two\n',
      );
      const list = parse((await run('list', '-o', 'yaml')).stdout) as { kind: string; items: object[] };
      assert.deepEqual([list.kind, list.items.length], ['List', 2]);
    });
  });

  describe('a command to a runbook', () => {
    const commands: readonly (readonly [verb: RunbookVerb, node?: string])[] = [
      ['pause'],
      ['resume'],
      ['skip', 'validator-0'],
      ['retry', 'validator-0'],
      ['promote'],
      ['abort'],
    ];
    for (const [verb, node] of commands) {
      const operands = node === undefined ? ['restart-all'] : ['restart-all', node];
      it(`${verb} is written with its reason, and its answer is printed`, async () => {
        server.set('restart-all', gating);
        server.answer = () => ({ accepted: true, message: `${verb} was accepted.` });
        const { code, stdout, stderr } = await run(verb, ...operands, '--reason', 'incident 42');
        assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: `${verb} was accepted.\n`, stderr: '' });
        assert.deepEqual(writtenControl(), [
          { verb, node: node ?? null, reason: 'incident 42', manager: 'kubectl-snt' },
        ]);
      });

      it(`${verb} that is refused exits with 1 and the sentence of the answer`, async () => {
        server.set('restart-all', gating);
        server.answer = () => ({ accepted: false, message: `${verb} does not fit.` });
        const { code, stdout, stderr } = await run(verb, ...operands);
        assert.deepEqual({ code, stdout, stderr }, { code: 1, stdout: '', stderr: `${verb} does not fit.\n` });
      });
    }

    it('suggests a node of the runbook', async () => {
      server.set('restart-all', gating);
      server.answer = () => ({ accepted: false, message: 'Node validatr-0 is not one of the frozen nodes.' });
      const { stderr } = await run('skip', 'restart-all', 'validatr-0');
      assert.equal(stderr, 'Node validatr-0 is not one of the frozen nodes. Did you mean validator-0?\n');
    });

    it('is not written to a runbook that has ended', async () => {
      server.set('restart-all', complete);
      const { code, stderr } = await run('pause', 'restart-all');
      assert.match(stderr, /restart-all is already Complete; nothing was changed\./);
      assert.deepEqual([code, writtenControl()], [1, []]);
    });

    it('is followed by the end of the runbook with --wait', async () => {
      server.set('restart-all', needsOperator);
      server.answer = () => ({ accepted: true, message: 'Resumed.' });
      const resume = start('resume', 'restart-all', '--wait');
      await resume.prints(/^Resumed\.\n[^]*^Command: +resume accepted/m);
      server.set('restart-all', complete);
      const { code, stdout } = await resume.ended();
      assert.match(stdout, /^Phase: +Complete/m);
      assert.equal(code, 0);
    });

    it('prints the runbook after its answer with -o', async () => {
      server.set('restart-all', needsOperator);
      server.answer = () => ({ accepted: true, message: 'Resumed.' });
      const { stdout, stderr } = await run('resume', 'restart-all', '-o', 'name');
      assert.deepEqual([stdout, stderr], ['seinoderunbook.sei.io/restart-all\n', 'Resumed.\n']);
    });

    it('says that it may have been carried out when another command replaces it', async () => {
      server.set('restart-all', gating);
      const pause = start('pause', 'restart-all');
      await eventually('it is written', () => writtenControl().length === 1);
      server.replaceControl('restart-all', { id: 'another', verb: 'abort' });
      const { code, stderr } = await pause.ended();
      assert.match(
        stderr,
        /^Another command replaced this one .* may have been carried out\. Look: kubectl snt runbook status/,
      );
      assert.equal(code, 1);
    });

    it('exits with 130 after Ctrl-C while there is no answer', async () => {
      server.set('restart-all', gating);
      const pause = start('pause', 'restart-all');
      await eventually('it waits for the answer', () => writtenControl().length === 1 && server.openWatches === 1);
      pause.interrupt();
      const { code, stderr } = await pause.ended();
      assert.match(stderr, /^Interrupted\. The command was written and may still be carried out\./);
      assert.equal(code, 130);
    });

    it('says so when the runbook is deleted, or ends, before there is an answer', async () => {
      for (const [end, sentence] of [
        [
          () => server.delete('restart-all'),
          /was deleted before it answered\. The command may have been carried out\./,
        ],
        [() => server.set('restart-all', complete), /has ended \(Complete\) before it answered\./],
      ] as const) {
        server.set('restart-all', gating);
        const pause = start('pause', 'restart-all');
        await eventually('it waits for the answer', () => server.openWatches === 1);
        end();
        const { code, stderr } = await pause.ended();
        assert.match(stderr, sentence);
        assert.equal(code, 1);
      }
    });

    it('finds its answer when the answer of the API server was lost', async () => {
      server.set('restart-all', gating);
      server.answer = () => ({ accepted: true, message: 'Paused.' });
      server.isLosingPatches = true;
      const { code, stdout, stderr } = await run('pause', 'restart-all');
      assert.match(stderr, /^Looking whether the command was written: /);
      assert.deepEqual([code, stdout, writtenControl().length], [0, 'Paused.\n', 1]);
    });
  });

  describe('plan', () => {
    it('shows what a dry run of another name found, and leaves nothing behind', async () => {
      server.plan = () => planned;
      const { code, stdout, stderr } = await run('plan', '-f', await fileOf(manifest));
      assert.match(stdout, /^Message: +The plan has 10 nodes\.$/m);
      assert.match(stdout, /^10 +archive-6 +Pending +1000$/m);
      assert.deepEqual([code, stderr, server.names], [0, '', []]);
      const { body = '', query } = server.requests.find(({ method }) => method === 'POST') ?? {};
      const created = JSON.parse(body) as SeiNodeRunbook;
      assert.match(created.metadata.name, /^restart-all-plan-\w{5}$/);
      assert.partialDeepStrictEqual(created, {
        metadata: { labels: { team: 'core' } },
        spec: { ...manifest.spec, dryRun: true },
      });
      assert.equal(query?.['fieldValidation'], 'Strict');
    });

    it('prints the planned runbook for a program', async () => {
      server.plan = () => planned;
      const { stdout } = await run('plan', '-f', await fileOf(manifest), '-o', 'json');
      assert.equal((JSON.parse(stdout) as SeiNodeRunbook).status?.reason, 'DryRun');
    });

    it('exits with 1 when the spec cannot be acted on', async () => {
      const status: RunbookStatus = {
        phase: 'Failed',
        reason: 'InvalidSpec',
        message: 'spec.targets selects no node.',
      };
      server.plan = () => status;
      const { code, stdout } = await run('plan', '-f', await fileOf(manifest));
      assert.match(stdout, /spec\.targets selects no node\./);
      assert.deepEqual([code, server.names], [1, []]);
    });

    it('exits with 124 when no service plans it, and leaves nothing behind', async () => {
      const { code, stderr } = await run('plan', '-f', await fileOf(manifest), '--timeout', '300ms');
      assert.match(stderr, /^There is no plan after 300ms\. Nothing was touched\. Check that the service runs/);
      assert.deepEqual([code, server.names], [124, []]);
    });

    it('says what was not deleted', async () => {
      server.plan = () => planned;
      server.refused.set('DELETE', 403);
      const { code, stderr } = await run('plan', '-f', await fileOf(manifest));
      assert.match(stderr, /^SeiNodeRunbook arctic-1\/restart-all-plan-\w{5} was not deleted: /);
      assert.equal(code, 0);
    });

    it('plans in the namespace of the manifest, which --namespace must not contradict', async () => {
      server.plan = () => planned;
      const file = await fileOf(manifestIn(NAMESPACE));
      const { code } = await new Plugin(['runbook', 'plan', '-f', file], server.shell).ended();
      assert.equal(code, 0);
      const { code: usage, stderr } = await run('plan', '-f', await fileOf(manifestIn('pacific-1')));
      assert.equal(stderr, '--namespace must be pacific-1, as metadata.namespace of the manifest, got "arctic-1".\n');
      assert.equal(usage, 2);
    });

    it('refuses a file with something else, with exit code 2', async () => {
      const file = await fileOf({ ...manifest, kind: 'SeiNodeTask' });
      const { code, stderr } = await run('plan', '-f', file);
      assert.equal(stderr, `--filename must be a file with one SeiNodeRunbook, got SeiNodeTask in ${file}.\n`);
      assert.equal(code, 2);
      await writeFile(file, 'a: [');
      assert.match((await run('plan', '-f', file)).stderr, /^--filename must be YAML or JSON\. /);
    });
  });

  it('completes names of runbooks and nodes', async () => {
    server.set('restart-all');
    server.nodes = ['validator-0', 'validator-1', 'full-0'];
    const completed = async (...words: string[]): Promise<string[]> =>
      (await new Plugin(['__complete', ...words], server.shell).ended()).stdout.trimEnd().split('\n');
    assert.deepEqual(await completed('-n', NAMESPACE, 'runbook', 'status', 'r'), ['restart-all']);
    assert.deepEqual(await completed('runbook', 'skip', '-n', NAMESPACE, 'restart-all', 'v'), [
      'validator-0',
      'validator-1',
    ]);
  });
});
