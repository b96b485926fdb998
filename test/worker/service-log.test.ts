import assert from 'node:assert/strict';
import { ApplicationFailure } from '@temporalio/common';
import { logEvents } from '../../api/log-events.ts';
import { isUnsafe } from '../../lib/escaped.ts';
import { KubernetesConnectionError } from '../../kubernetes/errors.ts';
import { ServiceLog, type ServiceLogOptions } from '../../worker/service-log.ts';
import { parseLine, type WrittenLine } from '../support/log-lines.ts';

const SECRET = 'planted-secret-1234567890';
const unreachable = new KubernetesConnectionError(`no answer to Bearer ${SECRET}`, {
  cause: Object.assign(new Error(`ECONNREFUSED ${SECRET}`), { code: 'ECONNREFUSED' }),
});

/** A log whose lines a test reads. */
class WrittenLog {
  readonly texts: string[] = [];
  readonly log: ServiceLog;

  constructor(options: Partial<ServiceLogOptions> = {}) {
    const write = (text: string): void => void this.texts.push(text);
    this.log = new ServiceLog({ level: 'INFO', format: 'json', secrets: [SECRET], write, ...options });
  }

  get lines(): WrittenLine[] {
    return this.texts.map((text) => parseLine(text.trimEnd()));
  }
}

describe('ServiceLog', () => {
  it('writes one line of JSON with level and message of the event, and no field that is unset', () => {
    const written = new WrittenLog();
    written.log.log('WatchFailed', { resource: 'seinodetasks.sei.io', namespace: undefined, error: unreachable });
    const [{ time: _, ...line } = assert.fail(), ...others] = written.lines;
    assert.deepEqual(others, []);
    assert.deepEqual(Object.keys(line), ['level', 'event', 'message', 'resource', 'error']);
    assert.deepEqual([line.level, line.event, line.resource], ['WARN', 'WatchFailed', 'seinodetasks.sei.io']);
  });

  it('writes an error with its causes, without the secrets in them', () => {
    const written = new WrittenLog();
    written.log.log('WatchFailed', { error: unreachable });
    assert.deepEqual(written.lines[0]?.error, {
      name: 'KubernetesConnectionError',
      message: 'no answer to Bearer [removed]',
      code: 'KUBERNETES_UNREACHABLE',
      causes: [{ name: 'Error', code: 'ECONNREFUSED', message: 'ECONNREFUSED [removed]' }],
    });
  });

  it('keeps a line in one line, whatever its fields contain', () => {
    for (const format of ['json', 'text'] as const) {
      const written = new WrittenLog({ format });
      written.log.log('CancelRequested', { why: 'a\nb\u001B[31m\u202E' });
      const [text = ''] = written.texts;
      assert.deepEqual([isUnsafe(text), text.indexOf('\n')], [false, text.length - 1]);
    }
  });

  it('has a level that can change, and logs the change at the lower one', () => {
    const written = new WrittenLog({ level: 'WARN' });
    written.log.log('ServiceRunning');
    written.log.level = 'DEBUG';
    written.log.log('StatusWritten', { step: 'working' });
    written.log.level = 'ERROR';
    written.log.log('LeadershipLost');
    assert.deepEqual(
      written.lines.map(({ event, logLevel, before }) => [event, logLevel, before]),
      [
        ['LogLevelChanged', 'DEBUG', 'WARN'],
        ['StatusWritten', undefined, undefined],
        ['LogLevelChanged', 'ERROR', 'DEBUG'],
      ],
    );
  });

  it('writes what repeats an earlier line at level DEBUG only', () => {
    for (const [level, count] of [
      ['INFO', 0],
      ['DEBUG', 1],
    ] as const) {
      const written = new WrittenLog({ level });
      written.log.log('WatchFailed', { folded: true });
      assert.equal(written.texts.length, count);
    }
  });

  it('is readable as text: fields behind the message, errors and lists below', () => {
    const written = new WrittenLog({ format: 'text' });
    written.log.log('WatchFailed', { resource: 'seinodetasks.sei.io', failures: 3, error: unreachable });
    written.log.log('ConfigurationInvalid', {
      code: 'CONFIG_INVALID',
      problems: [{ variable: 'ROLE', value: 'boss', problem: 'is not a role' }],
    });
    const lines = written.texts.flatMap((text) => text.replace(/^\S+/, '<time>').trimEnd().split('\n'));
    assert.deepEqual(lines, [
      `<time> WARN  WatchFailed ${logEvents.WatchFailed.message} resource=seinodetasks.sei.io failures=3`,
      '    error: KubernetesConnectionError KUBERNETES_UNREACHABLE: no answer to Bearer [removed]',
      '    caused by: Error ECONNREFUSED: ECONNREFUSED [removed]',
      `<time> ERROR ConfigurationInvalid ${logEvents.ConfigurationInvalid.message} code=CONFIG_INVALID`,
      '    variable=ROLE value=boss problem="is not a role"',
    ]);
  });
});

describe("lines of Temporal's SDK", () => {
  it('have an event, the level and the fields of the SDK, and no task token', () => {
    const written = new WrittenLog();
    written.log.sdk.info('Worker state changed', { state: 'RUNNING', sdkComponent: 'worker', count: 3n });
    written.log.sdk.warn('Activity failed', {
      error: unreachable,
      activityType: 'mirrorStatus',
      workflowId: 'w',
      workflowRunId: 'r',
      taskToken: 'planted-token',
    });
    assert.equal(written.texts.join('').includes('planted-token'), false);
    const [state, failed] = written.lines;
    assert.partialDeepStrictEqual(state, { level: 'INFO', event: 'TemporalSdk', state: 'RUNNING', count: '3' });
    assert.partialDeepStrictEqual(failed, { level: 'WARN', event: 'TemporalSdk', workflowId: 'w', runId: 'r' });
    assert.equal(failed?.error?.code, 'KUBERNETES_UNREACHABLE');
  });

  it('are folded by message, type of activity and code', () => {
    const written = new WrittenLog();
    for (let task = 0; task < 100; task += 1) {
      for (const activityType of ['mirrorStatus', 'checkTargetPhase'])
        written.log.sdk.warn('Activity failed', { error: unreachable, activityType, workflowId: String(task) });
    }
    assert.deepEqual(
      written.lines.map((line) => (line as { activityType?: unknown }).activityType),
      ['mirrorStatus', 'checkTargetPhase'],
    );
  });

  it('do not repeat the verdict of a task', () => {
    const written = new WrittenLog();
    const error = ApplicationFailure.create({ type: 'TaskFailed', message: 'It failed.' });
    written.log.sdk.warn('Workflow failed', { error, workflowType: 'RestartSeid' });
    assert.deepEqual(written.texts, []);
    written.log.sdk.warn('Workflow failed', { error, workflowType: 'ARunbook' });
    assert.equal(written.texts.length, 1);
  });
});
