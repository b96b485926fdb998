import assert from 'node:assert/strict';
import { LuaFactory } from 'wasmoon';
import { readManifest } from '../../dev/read-manifest.ts';

/** The health that Argo CD would show, by the script in deploy/gitops. */
async function healthOf(task: object): Promise<unknown> {
  const [configMap] = (await readManifest('gitops/argocd-health.yaml')) as unknown as {
    data: Record<string, string>;
  }[];
  const script = configMap?.data['resource.customizations.health.sei.io_SeiNodeTask'] ?? assert.fail('no script');
  const lua = await new LuaFactory().createEngine({ enableProxy: false });
  try {
    lua.global.set('obj', task);
    return await lua.doString(script);
  } finally {
    lua.global.close();
  }
}

describe('the health check for Argo CD', () => {
  const cases: readonly (readonly [what: string, task: object, status: string, message: string])[] = [
    ['has no status', {}, 'Progressing', 'The task has no status yet.'],
    ['has an empty status', { status: {} }, 'Progressing', 'The task has no status yet.'],
    ['waits', { status: { phase: 'Pending', message: 'Waiting.' } }, 'Progressing', 'Waiting.'],
    ['runs', { status: { phase: 'Running', message: 'At work.' } }, 'Progressing', 'At work.'],
    ['is Complete', { status: { phase: 'Complete', message: 'Done.' } }, 'Healthy', 'Done.'],
    ['has Failed', { status: { phase: 'Failed', message: 'Broken.' } }, 'Degraded', 'Broken.'],
    ['was finished by the Go controller', { status: { phase: 'Complete' } }, 'Healthy', 'Complete'],
  ];
  for (const [what, task, status, message] of cases) {
    it(`is ${status} for a task that ${what}`, async () => {
      assert.deepEqual(await healthOf(task), { status, message });
    });
  }
});
