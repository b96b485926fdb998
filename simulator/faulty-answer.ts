import { STATUS_CODES } from 'node:http';
import type { FaultSwitch } from './faults.ts';
import { json, plainText, type Answer } from './sidecar-api.ts';

/** The answer of a fault that affects this request, before the sidecar sees it. */
export function faultyAnswer(faults: FaultSwitch, method: string, path: string): Answer | undefined {
  const fault = faults.take('answerStatus', method);
  if (fault !== undefined) {
    const { status, error = STATUS_CODES[status] ?? 'simulated fault', retryAfterSeconds } = fault;
    // These two come from the proxy, which writes plain text.
    const answer = status === 401 || status === 403 ? plainText(status, error) : json(status, { error });
    if (retryAfterSeconds !== undefined) answer.headers['retry-after'] = String(retryAfterSeconds);
    return answer;
  }
  const isTask = method === 'GET' && path.startsWith('/v0/tasks/');
  return isTask && faults.take('taskNotFound', method) ? json(404, { error: 'task not found' }) : undefined;
}
