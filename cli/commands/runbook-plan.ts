import type { SeiNodeRunbook } from '../../api/sei-node-runbook.ts';
import { KubernetesError } from '../../kubernetes/errors.ts';
import { present } from '../../lib/present.ts';
import { printable } from '../../lib/printable.ts';
import { UsageError } from '../errors.ts';
import { EXIT_FAILED, EXIT_TIMED_OUT, followResource, type FollowedResource } from '../follow-resource.ts';
import { codeOf, isRunbookOver } from '../follow-runbook.ts';
import { generatedName } from '../generated-name.ts';
import { note } from '../output.ts';
import { printAs } from '../printed-resource.ts';
import { readRunbookFile, type RunbookManifest } from '../read-runbook-file.ts';
import { RunbookView } from '../runbook-view.ts';
import type { Format } from '../serialized.ts';
import { FIELD_MANAGER, Session, type ClusterOptions } from '../session.ts';

/** Longest wait for a plan, as a Go duration. */
const PLAN_TIMEOUT = '5m';
/** The service deletes a plan if this program could not. In seconds. */
const PLAN_TTL = 600;

interface PlanOptions extends ClusterOptions {
  readonly filename: string;
  /** Go duration. */
  readonly timeout?: string;
  readonly output?: Format;
}

/**
 * Has the service plan a runbook as a dry run under another name, which is deleted afterwards.
 *
 * @throws UsageError
 */
export async function planRunbook(options: PlanOptions): Promise<number> {
  const manifest = await readRunbookFile(options.filename);
  await using session = await Session.open({ ...options, namespace: namespaceOf(manifest, options) });
  const created = await session.runbooks.create(session.namespace, dryRunOf(manifest), {
    fieldManager: FIELD_MANAGER,
    isStrict: true,
  });
  try {
    return await showPlan(session, created, options);
  } finally {
    await remove(session, created);
  }
}

/** As kubectl: the manifest's, which must not be another one than `--namespace`. Unset: the context's. */
function namespaceOf({ metadata }: RunbookManifest, { namespace }: PlanOptions): string | undefined {
  const own = metadata?.namespace;
  if (own !== undefined && namespace !== undefined && own !== namespace)
    throw new UsageError(`--namespace must be ${own}, as metadata.namespace of the manifest, got "${namespace}".`);
  return own ?? namespace;
}

function dryRunOf({ apiVersion, kind, metadata = {}, spec }: RunbookManifest): object {
  return {
    apiVersion,
    kind,
    metadata: { name: generatedName(`${metadata.name ?? 'runbook'}-plan-`), ...present({ labels: metadata.labels }) },
    spec: { ...spec, dryRun: true, ttlSecondsAfterFinished: PLAN_TTL },
  };
}

async function showPlan(
  session: Session,
  created: SeiNodeRunbook,
  { timeout = PLAN_TIMEOUT, output }: PlanOptions,
): Promise<number> {
  using view = new RunbookView(output === undefined ? process.stdout : process.stderr, session.command);
  const followed = await followResource(session, created, {
    client: session.runbooks,
    timeout,
    isDone: isRunbookOver,
    show: (runbook) => view.show(runbook),
    showProblem: (problem) => view.showProblem(problem),
  });
  if (followed.end !== 'done') return unplanned(followed, timeout);
  if (output !== undefined) printAs(output, followed.last);
  return codeOf(followed.last);
}

function unplanned({ end, stopCode, last }: FollowedResource<SeiNodeRunbook>, timeout: string): number {
  const { namespace, name } = last.metadata;
  note(
    end === 'deleted'
      ? `SeiNodeRunbook ${namespace}/${name} was deleted before it was planned. Run the command again.`
      : `${stopCode === EXIT_TIMED_OUT ? `There is no plan after ${timeout}` : 'Interrupted'}. Nothing was touched. Check that the service runs and watches namespace ${namespace}.`,
  );
  return end === 'deleted' ? EXIT_FAILED : stopCode;
}

/** What cannot be deleted is deleted by the service. */
async function remove({ runbooks }: Session, { metadata: { namespace, name, uid } }: SeiNodeRunbook): Promise<void> {
  try {
    await runbooks.delete(namespace, name, { preconditions: { uid } });
  } catch (error) {
    if (!(error instanceof KubernetesError)) throw error;
    note(`SeiNodeRunbook ${namespace}/${name} was not deleted: ${printable(error.message)}`);
  }
}
