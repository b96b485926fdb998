import assert from 'node:assert/strict';
import { added, samplesOf, sumsBy } from '../../bench/samples.ts';

const TEXT = `# HELP requests_total Requests
# TYPE requests_total counter
requests_total{verb="GET",resource="seinodes",code="200"} 12
requests_total{verb="GET",resource="seinodes",code="404"} 3
requests_total{verb="PATCH",resource="a \\"b\\", {c}",code="200"} 1.5e+02 1700000000000
process_cpu_seconds_total 7.25

`;

describe('samples of a Prometheus endpoint', () => {
  const samples = samplesOf(TEXT);

  it('have their name, labels and value', () => {
    assert.deepEqual(samples, [
      { name: 'requests_total', labels: { verb: 'GET', resource: 'seinodes', code: '200' }, value: 12 },
      { name: 'requests_total', labels: { verb: 'GET', resource: 'seinodes', code: '404' }, value: 3 },
      { name: 'requests_total', labels: { verb: 'PATCH', resource: 'a \\"b\\", {c}', code: '200' }, value: 150 },
      { name: 'process_cpu_seconds_total', labels: {}, value: 7.25 },
    ]);
  });

  it('add up by a key; those without one are left out', () => {
    assert.deepEqual(
      [...sumsBy(samples, ({ labels }) => labels['verb'])],
      [
        ['GET', 15],
        ['PATCH', 150],
      ],
    );
  });

  it('differ by what was added, also from nothing', () => {
    const before = new Map([
      ['same', 4],
      ['more', 1],
    ]);
    const after = new Map([
      ['same', 4],
      ['more', 3],
      ['new', 2],
    ]);
    assert.deepEqual(Object.fromEntries(added(before, after)), { more: 2, new: 2 });
  });
});
