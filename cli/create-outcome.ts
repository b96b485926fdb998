import { asSentence } from '../lib/as-sentence.ts';
import {
  KubernetesApiError,
  KubernetesConnectionError,
  KubernetesResponseError,
  KubernetesTimeoutError,
} from '../kubernetes/errors.ts';
import { CreationUncertainError, NameTakenError, type CommandError } from './errors.ts';

/**
 * What reading a task by its name found after its creation failed: the task of this command, one of another request,
 * none, or an error.
 */
export type Finding = 'ours' | 'another' | 'missing' | 'unreadable';

/** Whether the API server may have done what failed, or may still do it. */
export function mayHaveBeenCarriedOut(error: unknown): boolean {
  if (error instanceof KubernetesApiError) return error.httpStatus >= 500;
  if (error instanceof KubernetesConnectionError) return error.sent !== 'no';
  return error instanceof KubernetesTimeoutError || error instanceof KubernetesResponseError;
}

/**
 * What is said about a creation that failed in such a way: never that it can be repeated.
 *
 * @param task - `namespace/name`.
 * @param lookAgain - The command that shows the task.
 * @returns `undefined` when the task was created.
 */
export function createOutcome(
  finding: Finding,
  { task, problem, lookAgain }: { readonly task: string; readonly problem: string; readonly lookAgain: string },
): CommandError | undefined {
  switch (finding) {
    case 'ours':
      return undefined;
    case 'another':
      return new NameTakenError(
        `SeiNodeTask ${task} exists, and this command did not create it. ${asSentence(problem)} Choose another --name.`,
      );
    case 'missing':
      return new CreationUncertainError(
        `It is not known whether SeiNodeTask ${task} is created: it does not exist now, but the API server may still create it. ${asSentence(problem)} Look again before you create another one: ${lookAgain}`,
      );
    default:
      return new CreationUncertainError(
        `It is not known whether SeiNodeTask ${task} was created, and it cannot be read. ${asSentence(problem)} Look before you create another one: ${lookAgain}`,
      );
  }
}
