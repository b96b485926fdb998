import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { cachedSources } from '../../dev/binaries/binary-cache.ts';
import type { BinaryRecipe } from '../../dev/binaries/binary-cache.ts';
import { pathSource, variableSource } from '../../dev/binaries/binary-sources.ts';
import { firstFound } from '../../dev/binaries/first-found.ts';
import type { BinarySource } from '../../dev/binaries/first-found.ts';
import { kubernetesBinary } from '../../dev/binaries/kubernetes-binaries.ts';
import { temporalCli } from '../../dev/binaries/temporal-cli.ts';
import { BinaryNotFoundError, BinaryVariableError } from '../../dev/errors.ts';

const SERVERS = new URL('../../dev/servers/', import.meta.url);
const noProgress = (): void => {};

function recipe(make: BinaryRecipe['make']): BinaryRecipe {
  const inputs = [new URL('go.mod', SERVERS)];
  return { binary: 'tool', version: '1.0.0', inputs, source: 'the recipe', progress: noProgress, make };
}

function has(name: string): BinarySource {
  return { name, find: async () => ({ path: `/${name}` }) };
}

function lacks(name: string): BinarySource {
  return { name, find: async () => ({ missing: `${name} lacks it` }) };
}

describe('finding a binary', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'find-binaries-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** An executable file at a path below the test's folder. */
  async function executable(...path: string[]): Promise<string> {
    const file = join(folder, ...path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, '#!/bin/sh\n');
    await chmod(file, 0o755);
    return file;
  }

  describe('order', () => {
    const cases: [string, BinarySource[], string][] = [
      ['the first of several', [has('a'), has('b')], '/a'],
      ['the second where the first lacks it', [lacks('a'), has('b'), has('c')], '/b'],
      ['the last where all others lack it', [lacks('a'), lacks('b'), has('c')], '/c'],
    ];
    for (const [name, sources, expected] of cases) {
      it(`takes ${name}`, async () => assert.equal(await firstFound('tool', sources, 'Advice.'), expected));
    }

    it('says everything that was tried, and what to do', async () => {
      await assert.rejects(firstFound('tool', [lacks('a'), lacks('b')], 'Install it.'), {
        name: 'BinaryNotFoundError',
        code: 'BINARY_NOT_FOUND',
        message: 'No tool found. Tried:\n  a: a lacks it\n  b: b lacks it\nInstall it.',
      });
    });
  });

  it('prefers the variable to the PATH, and the PATH to the cache', async () => {
    const named = await executable('named', 'temporal');
    const onPath = await executable('bin', 'temporal');
    const PATH = join(folder, 'bin');
    assert.equal(await temporalCli({ TEMPORAL_CLI: named, PATH }, noProgress), named);
    assert.equal(await temporalCli({ PATH }, noProgress), onPath);
  });

  it('takes both Kubernetes servers from the folder KUBEBUILDER_ASSETS', async () => {
    const assets = join(folder, 'assets');
    for (const binary of ['kube-apiserver', 'etcd'] as const) {
      const expected = await executable('assets', binary);
      assert.equal(await kubernetesBinary(binary, { KUBEBUILDER_ASSETS: assets }, noProgress), expected);
    }
  });

  it('does not look further where a variable names nothing', async () => {
    await executable('bin', 'temporal');
    const environment = { TEMPORAL_CLI: join(folder, 'nothing'), PATH: join(folder, 'bin') };
    await assert.rejects(
      temporalCli(environment, noProgress),
      (error) =>
        error instanceof BinaryVariableError && error.message.startsWith(`TEMPORAL_CLI=${environment.TEMPORAL_CLI} `),
    );
    await assert.rejects(variableSource('KUBEBUILDER_ASSETS', { KUBEBUILDER_ASSETS: folder }, 'etcd').find(), {
      code: 'BINARY_VARIABLE_INVALID',
    });
  });

  it('passes over folders and files on the PATH that cannot be executed', async () => {
    await mkdir(join(folder, 'one', 'tool'), { recursive: true });
    await mkdir(join(folder, 'two'));
    await writeFile(join(folder, 'two', 'tool'), '');
    const PATH = ['one', 'two'].map((name) => join(folder, name)).join(':');
    assert.ok('missing' in (await pathSource('tool', { PATH }).find()));
    const found = await executable('three', 'tool');
    assert.deepEqual(await pathSource('tool', { PATH: `${PATH}:${join(folder, 'three')}` }).find(), { path: found });
  });

  it('names every place, and what to install, on a machine that has nothing', async () => {
    const environment = { PATH: folder, XDG_CACHE_HOME: folder };
    for (const [search, tool, advice] of [
      [() => temporalCli(environment, noProgress), 'python3', /set TEMPORAL_CLI/],
      [() => kubernetesBinary('etcd', environment, noProgress), 'go', /set KUBEBUILDER_ASSETS/],
    ] as const) {
      await assert.rejects(search(), (error: Error) => {
        assert.ok(error instanceof BinaryNotFoundError);
        assert.match(error.message, /variable \w+: not set\n  the PATH: .*\n  the cache: .* does not exist\n/);
        assert.ok(error.message.includes(`Could not start ${tool}: spawn ${tool} ENOENT`), error.message);
        assert.match(error.message, advice);
        return true;
      });
    }
  });

  it('makes a binary once, although two searches want it at the same time', async () => {
    let made = 0;
    const tool = recipe(async (into) => {
      made += 1;
      await writeFile(join(into, 'tool'), '', { mode: 0o755 });
    });
    const search = (): Promise<string> => firstFound('tool', cachedSources(tool, { XDG_CACHE_HOME: folder }), '');
    const [first, second] = await Promise.all([search(), search()]);
    assert.equal(first, second);
    assert.match(first, /sei-node-tasks\/tool-1\.0\.0-[0-9a-f]{12}\/tool$/);
    assert.equal(made, 1);
  });

  it('caches nothing when making fails', async () => {
    const environment = { XDG_CACHE_HOME: folder };
    const broken = recipe(async (into) => {
      await writeFile(join(into, 'tool'), 'half');
      throw new Error('disk full');
    });
    await assert.rejects(firstFound('tool', cachedSources(broken, environment), ''), /the recipe: disk full/);
    const [cache] = cachedSources(broken, environment);
    assert.ok('missing' in (await cache!.find()));
  });

  it('takes over the lock of a maker that was killed', async () => {
    const tool = recipe((into) => writeFile(join(into, 'tool'), '', { mode: 0o755 }));
    const sources = cachedSources(tool, { XDG_CACHE_HOME: folder });
    const found = await sources[0]!.find();
    assert.ok('missing' in found);
    const path = found.missing.replace(' does not exist', '');
    await mkdir(dirname(dirname(path)), { recursive: true });
    // Beyond the largest process id of Linux and macOS.
    await writeFile(`${dirname(path)}.lock`, String(2 ** 22 + 1));
    await mkdir(`${dirname(path)}.making-abandoned`);
    assert.deepEqual(await sources[1]!.find(), { path });
    assert.deepEqual(await readdir(dirname(dirname(path))), [basename(dirname(path))]);
  });
});

describe('the Go module of the servers', () => {
  it('requires the versions that the cache entries are named after, and one version of all staging modules', async () => {
    const goMod = await readFile(new URL('go.mod', SERVERS), 'utf8');
    const sources = await readFile(new URL('../../dev/binaries/kubernetes-binaries.ts', import.meta.url), 'utf8');
    const kubernetes = /k8s\.io\/kubernetes v(\S+)/.exec(goMod)![1]!;
    const etcd = /go\.etcd\.io\/etcd\/server\/v3 v(\S+)/.exec(goMod)![1]!;
    assert.ok(sources.includes(`{ 'kube-apiserver': '${kubernetes}', etcd: '${etcd}' }`));
    const replaced = [...goMod.matchAll(/=> (\S+) v(\S+)/g)].map((match) => match[2]);
    assert.ok(replaced.length > 0);
    assert.deepEqual(new Set(replaced), new Set([kubernetes.replace(/^1\./, '0.')]));
  });
});
