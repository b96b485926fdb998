import assert from 'node:assert/strict';
import { cpuMsOf, memoryOf, usageOf } from '../../bench/process-usage.ts';

describe('usage of a process', () => {
  const fields = 'S 1 4242 4242 0 -1 4194560 9 8 7 6 250 50 3 2 20 0 12 0 99 1024';

  it('counts user and system time of the process and of its ended children', () =>
    assert.equal(cpuMsOf(`4242 (node) ${fields}`), 3_050));

  it('is not misled by the name of a program', () => assert.equal(cpuMsOf(`4242 (a) b) 7 (c) ${fields}`), 3_050));

  it('reads memory in MB', () => {
    const status = 'Name:\tnode\nVmPeak:\t 9999999 kB\nVmHWM:\t  614400 kB\nVmRSS:\t  307712 kB\nRssAnon:\t 1 kB\n';
    assert.deepEqual(memoryOf(status), { residentMb: 300.5, peakMb: 600 });
  });

  it('of this very process is something', async () => {
    const { cpuMs, residentMb, peakMb } = await usageOf(process.pid);
    assert.ok(cpuMs > 0 && residentMb > 1 && peakMb >= residentMb, JSON.stringify({ cpuMs, residentMb, peakMb }));
  });

  it('of a process that is gone is an error', async () => {
    await assert.rejects(usageOf(2 ** 22 + 1), { code: 'ENOENT' });
  });
});
