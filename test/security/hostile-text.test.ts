import assert from 'node:assert/strict';
import type { End } from '../../core/ended-task.ts';
import type { Verdict } from '../../api/temporal/task-outcome.ts';
import * as fc from 'fast-check';
import { marked, type Token } from 'marked';
import { escaped } from '../../lib/escaped.ts';
import { markdown } from '../../lib/markdown.ts';
import { holderText } from '../../api/temporal/permit-id.ts';
import { printable } from '../../lib/printable.ts';
import { cancellationOf, provenanceOf, provenanceText } from '../../api/provenance.ts';
import type { SeiNodeTask, SeiNodeTaskStatus } from '../../api/sei-node-task.ts';
import { sidecarActivity, sidecarTaskListSchema, signalLaterText } from '../../api/sidecar/sidecar-activity.ts';
import { observationOf, sidecarTaskSchema } from '../../api/sidecar/sidecar-task.ts';
import { nextStatus } from '../../core/next-status.ts';
import { problemEvent, verdictEvents, waitingEvent } from '../../core/task-events.ts';
import { taskInputOf } from '../../api/temporal/task-input.ts';
import type { TaskKind } from '../../api/task-kinds.ts';
import { planTask } from '../../core/task-plan.ts';
import { serialized } from '../../cli/serialized.ts';
import { statusLines } from '../../cli/status-lines.ts';
import type { Task } from '../../cli/task.ts';
import { afterAnswer, type Knowledge } from '../../core/knowledge.ts';
import { queued, workingOn } from '../../core/progress.ts';
import { queueTimedOut, waitingInQueue } from '../../core/queueing.ts';
import { verdictOf } from '../../core/task-verdict.ts';
import { targetNotInPhase, waitingForPhase } from '../../core/verdict.ts';
import { workflowDetails } from '../../crd-bridge/workflow-details.ts';
import { KubernetesApiError } from '../../kubernetes/errors.ts';
import { checkedPayloads } from '../api/payload-examples.ts';
import { planned, planner } from '../core/planner.ts';
import { codePoint } from '../support/code-point.ts';
import { assertSafe, assertSafeLines, HOSTILE } from './unsafe-text.ts';
import { caseCount } from '../support/case-count.ts';

const node = { namespace: 'arctic-1', name: 'syncer-0-0' };
const target = { namespace: 'arctic-1', name: 'task', uid: 'u' };
const id = '0acbc674-3304-5e71-ad02-31dfbb7603c0';

const codeUnit = fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit));
const piece = fc.constantFrom(
  HOSTILE,
  '\u001B[31m',
  '\u009B',
  '\u202E',
  '\u2066',
  '\u200D',
  '\u{E0001}',
  '\uD800',
  '\uDC00',
  '\u2028',
  '**',
  '](',
  '<',
  '1.',
  'http://',
  '\\',
);
/** Any text at all, in which what is dangerous is not rare. */
const anyText = fc.oneof(
  fc.string({ unit: codePoint, maxLength: 300 }),
  fc.string({ unit: codeUnit, maxLength: 300 }),
  fc.array(fc.oneof(piece, fc.string({ maxLength: 5 })), { maxLength: 20 }).map((pieces) => pieces.join('')),
);
/** Far over every limit, of what is dangerous and of what is not. */
const longTexts = ['\u001B[2J'.repeat(10_000), 'x'.repeat(100_000)];

const SENT: Knowledge = { sent: 'yes' };
const NOT_SENT: Knowledge = { sent: 'no' };

function verdictOn(kind: TaskKind, knowledge: Knowledge, end: End): Verdict {
  return verdictOf({ kind, node, payload: checkedPayloads[kind], timeoutMs: 1, knowledge, end });
}

/** A verdict on every way that it takes to somebody's eyes. */
function assertVerdictSafe(verdict: Verdict, provenance = ''): void {
  assertSafe(verdict);
  const running: SeiNodeTaskStatus = {
    phase: 'Running',
    startedAt: '2026-11-25T00:00:00Z',
    task: { id, status: 'Running' },
  };
  const status = nextStatus(running, { step: 'finished', verdict }, { atMs: 0, provenance });
  assertSafe(status);
  assertSafe(
    verdictEvents(
      { task: target, workflowId: 'w', kind: 'RestartSeid', node: { ...node, uid: 'n' }, provenance },
      verdict,
    ),
  );
  const metadata = { ...target, resourceVersion: '1' };
  assertSafe(statusLines({ metadata, spec: { kind: 'RestartSeid' }, status }, 0));
  assertPlainMarkdown(`**${verdict.reason}** ${markdown(verdict.message)}`);
}

/** Rendered, it has nothing but the emphasis that we put there, and text. */
function assertPlainMarkdown(source: string): void {
  const types = new Set(typesOf(marked.lexer(source)));
  for (const type of types)
    assert.ok(
      ['paragraph', 'list', 'list_item', 'space', 'strong', 'text', 'escape', 'codespan'].includes(type),
      `${type} in ${source}`,
    );
}

function typesOf(tokens: readonly Token[]): string[] {
  return tokens.flatMap((token) => [
    token.type,
    ...typesOf([
      ...(('tokens' in token && token.tokens) || []),
      ...(('items' in token && token.items) || []),
    ] as Token[]),
  ]);
}

function check(property: (text: string) => void): void {
  for (const text of [HOSTILE, ...longTexts]) property(text);
  fc.assert(fc.property(anyText, property), { numRuns: caseCount(100) });
}

describe('any text from outside', () => {
  it('is safe when a sidecar reports a failure', () => {
    check((text) => {
      const report = observationOf(
        sidecarTaskSchema.parse(JSON.parse(JSON.stringify({ id, status: 'failed', error: text, result: text }))),
      );
      assertSafe(report);
      assert.ok(report.state === 'failed');
      for (const kind of ['RestartSeid', 'GovVote', 'UpdateNodeImage'] as const)
        assertVerdictSafe(verdictOn(kind, SENT, { by: 'report', report }));
    });
  });

  it('is safe when a sidecar reports a transaction', () => {
    for (const inclusionStatus of ['committed_ok', 'committed_failed', 'pending', 'unverifiable', 'anything']) {
      check((text) => {
        for (const status of ['completed', 'failed']) {
          const result = { txHash: text, codespace: text, rawLog: text, code: 5, inclusionStatus, [text]: text };
          const report = observationOf(
            sidecarTaskSchema.parse(JSON.parse(JSON.stringify({ id, status, error: text, result }))),
          );
          assertSafe(report);
          assert.ok(report.state === 'failed' || report.state === 'completed');
          assertVerdictSafe(verdictOn('GovVote', SENT, { by: 'report', report }));
          const knowledge = afterAnswer(SENT, report);
          for (const end of [
            { by: 'deadline', takenOff: false },
            { by: 'loss', afterMs: 1 },
            { by: 'absence' },
          ] as const)
            assertVerdictSafe(verdictOn('GovVote', knowledge, end));
        }
      });
    }
  });

  it('is safe when a sidecar refuses a task, cannot be asked, or holds other tasks', () => {
    check((text) => {
      for (const kind of ['RestartSeid', 'UpdateNodeImage'] as const) {
        assertVerdictSafe(verdictOn(kind, NOT_SENT, { by: 'refusal', words: text }));
        for (const knowledge of [SENT, NOT_SENT])
          assertVerdictSafe(verdictOn(kind, { ...knowledge, problem: text }, { by: 'deadline', takenOff: false }));
      }
      assertSafe(problemEvent(target, 'SIDECAR_UNREACHABLE', printable(text)));
      const signals = { id: text, type: 'await-condition', status: 'running', params: { action: 'SIGTERM_SEID' } };
      const held = sidecarTaskListSchema.parse(
        JSON.parse(JSON.stringify([{ id: text, type: 'restart-seid', status: 'running', completedAt: text }, signals])),
      );
      const activity = sidecarActivity(held, id);
      assertSafe(activity);
      assertSafe(signalLaterText(activity));
      for (const obstacle of [
        { by: 'restart', taskId: text },
        { by: 'permit', holder: holderText(text) },
      ] as const) {
        assertVerdictSafe(queueTimedOut(node, obstacle, { timeoutMs: 1 }));
        const message = waitingInQueue(node, obstacle, 1);
        assertSafe([
          waitingEvent(target, 'Queued', message),
          nextStatus({}, { step: 'waiting', reason: 'Queued', progress: queued(message) }, { atMs: 0 }),
        ]);
      }
    });
  });

  it('is safe when it is in a resource, also one that got past admission', () => {
    check((text) => {
      const resource = {
        metadata: {
          ...target,
          resourceVersion: '1',
          annotations: { 'sei.io/reason': text, 'sei.io/cancel': text, 'sei.io/requested-by': text },
          managedFields: [{ manager: text }],
        },
        spec: {
          kind: text,
          target: { nodeRef: { name: text }, requirePhase: text, requirePhaseTimeout: text },
          timeoutSeconds: text,
          [text]: text,
        },
        status: { phase: text, reason: text, message: text, step: text },
      } as unknown as SeiNodeTask & Task;
      const provenance = provenanceText(provenanceOf(resource.metadata));
      assertSafe([provenance, cancellationOf(resource.metadata)]);
      const details = workflowDetails(resource);
      assertSafeLines(details);
      assertPlainMarkdown(details);
      assert.ok(details.split('\n').length <= 7, details);
      assertSafe(statusLines({ ...resource, metadata: { ...target, resourceVersion: '1' } }, 0));
      for (const format of ['json', 'yaml'] as const) assertSafeLines(serialized(resource, format));
      for (const kind of [text, 'RestartSeid', 'GovVote', 'UpdateNodeImage']) {
        const unplanned = planTask(kind, taskInputOf(resource), planner);
        assert.ok('verdict' in unplanned);
        assertVerdictSafe(unplanned.verdict, provenance);
      }
      const cancelled = cancellationOf(resource.metadata);
      assertVerdictSafe(
        verdictOf({
          kind: 'RestartSeid',
          node,
          payload: {},
          knowledge: NOT_SENT,
          end: { by: 'cancellation', takenOff: false },
          cancelled,
        }),
        provenance,
      );
    });
  });

  it('is safe when it is in the input of a run without a resource', () => {
    check((text) => {
      const { provenance } = planned('RestartSeid', {
        node,
        payload: {},
        requestedBy: text,
        createdWith: text,
        why: text,
      }).task;
      assertSafe(provenance);
      assertVerdictSafe(verdictOn('RestartSeid', NOT_SENT, { by: 'refusal', words: text }), provenanceText(provenance));
    });
  });

  it('is safe when it comes from a SeiNode or the API server', () => {
    check((text) => {
      const phase = { observed: text, required: 'Running', timeoutMs: 1 };
      assertVerdictSafe(targetNotInPhase(node, phase));
      assertSafe(waitingForPhase(node, phase));
      const payload = { image: text };
      assertSafe(workingOn({ kind: 'UpdateNodeImage', task: { node }, payload }));
      for (const end of [
        { by: 'deadline', takenOff: false },
        { by: 'cancellation', takenOff: false },
        { by: 'report', report: { state: 'failed', error: text } },
      ] as const) {
        assertVerdictSafe(verdictOf({ kind: 'UpdateNodeImage', node, payload, knowledge: SENT, end, cancelled: '' }));
      }
      const { message } = new KubernetesApiError({
        call: 'GET /x',
        httpStatus: 422,
        status: { message: text, reason: 'Invalid' },
      });
      assertSafe(message);
      assertVerdictSafe(verdictOn('UpdateNodeImage', NOT_SENT, { by: 'refusal', words: message }));
    });
  });

  it('is unchanged when a log line or a document is parsed', () => {
    check((text) => {
      const line = escaped(JSON.stringify({ message: text }));
      assertSafe(line, Number.POSITIVE_INFINITY);
      assert.equal((JSON.parse(line) as { message: string }).message, text);
    });
  });

  it('shows in Markdown as it is', () => {
    check((text) => {
      const line = printable(text);
      const rendered = marked.parse(`- **Reason**: ${markdown(line)}`, { async: false });
      const shown = rendered
        .replaceAll(/<\/?(ul|li|strong)>|\n/g, '')
        .replaceAll('&lt;', '<')
        .replaceAll('&gt;', '>')
        .replaceAll('&quot;', '"')
        .replaceAll('&#39;', "'")
        .replaceAll('&amp;', '&');
      assert.equal(shown.replaceAll(/\s+/g, ' ').trim(), `Reason: ${line}`.replaceAll(/\s+/g, ' ').trim());
    });
  });
});
