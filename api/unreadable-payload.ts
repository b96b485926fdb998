/**
 * Name of the error, and type of the failure, of a process that cannot read what Temporal handed it, since it lacks the
 * payload's key. That says nothing about the task, so it is never taken for an answer.
 */
export const UNREADABLE_PAYLOAD = 'PayloadUnreadableError';
