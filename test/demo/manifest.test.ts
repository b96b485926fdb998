import assert from 'node:assert/strict';
import { parse } from 'yaml';
import { checkRunbookSpec } from '../../core/runbook/plan-runbook.ts';
import { runbookManifest } from '../../demo/manifest.ts';

describe('the manifest of a rolling restart in the demo', () => {
  it('is a spec that the service accepts', () => {
    const text = runbookManifest({
      namespace: 'arctic-1',
      name: 'restart-all',
      targets: '{ selector: {}, exclude: [stubborn-0] }',
      maxUnavailable: 2,
    });
    const { kind, metadata, spec } = parse(text);
    assert.deepEqual([kind, metadata], ['SeiNodeRunbook', { name: 'restart-all', namespace: 'arctic-1' }]);
    assert.partialDeepStrictEqual(checkRunbookSpec(spec), {
      chainId: 'arctic-1',
      targets: { selector: {}, exclude: ['stubborn-0'] },
      strategy: { maxUnavailable: 2 },
      override: { checks: ['RestartedRecently'] },
    });
  });
});
