import assert from 'node:assert/strict';
import { kindHint } from '../../cli/kind-hint.ts';
import { mostSimilar } from '../../cli/similar.ts';

const nodes = ['validator-0', 'validator-1', 'archive-0', 'syncer-0-0'];

describe('did you mean', () => {
  const cases: readonly (readonly [word: string, suggestion: string | undefined])[] = [
    ['validator-0', 'validator-0'],
    ['validatr-1', 'validator-1'],
    ['vailadtor-1', 'validator-1'],
    ['validator', 'validator-0'],
    ['archive0', 'archive-0'],
    ['syncer-00', 'syncer-0-0'],
    ['seed-0', undefined],
    ['', undefined],
  ];
  for (const [word, suggestion] of cases) {
    it(`suggests ${suggestion ?? 'nothing'} for "${word}"`, () => {
      assert.equal(mostSimilar(word, nodes), suggestion);
    });
  }

  it('suggests nothing where there is nothing', () => assert.equal(mostSimilar('a', []), undefined));

  it('names the command that creates a kind', () => {
    assert.match(kindHint('RestartSied') ?? '', /^RestartSeid is a kind.*kubectl snt restart$/);
    assert.match(kindHint('updatenodeimage') ?? '', /^UpdateNodeImage is a kind.*kubectl apply/);
    assert.equal(kindHint('frobnicate'), undefined);
  });
});
