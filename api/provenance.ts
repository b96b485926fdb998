import { asSentence } from '../lib/as-sentence.ts';
import { present } from '../lib/present.ts';
import { printable } from '../lib/printable.ts';

/**
 * Name of whoever asked for a task. The kubectl plugin sets it; so can anybody who creates a task, so it does not prove
 * anything.
 */
export const REQUESTED_BY_ANNOTATION = 'sei.io/requested-by';
/** Free text of whoever creates a task: why it is done. */
export const REASON_ANNOTATION = 'sei.io/reason';
/**
 * Random id that the kubectl plugin gives each task that it creates. By it the plugin recognizes the task when the
 * answer of the API server is lost.
 */
export const REQUEST_ID_ANNOTATION = 'sei.io/request-id';
/** Cancels the task and keeps the resource; the value says why. */
export const CANCEL_ANNOTATION = 'sei.io/cancel';

/** Longest reason that goes into status, Events and workflows, in UTF-16 code units: annotations may hold 256 KiB. */
const REASON_LIMIT = 256;
/** Longest user name, in UTF-16 code units: service accounts and OIDC subjects are long. */
const USER_LIMIT = 256;
/** The API server's own limit for a field manager, in characters. */
const MANAGER_LIMIT = 128;

/** Who asked for a task, and why; each is safe to show. Unset: not known. */
export interface Provenance {
  /** User name. */
  readonly requestedBy?: string;
  /** Field manager that created the resource, such as `kubectl-create`: a program, no person. */
  readonly createdWith?: string;
  readonly why?: string;
}

interface ProvenMetadata {
  readonly deletionTimestamp?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly managedFields?: readonly {
    readonly manager?: string;
    readonly time?: string;
    readonly subresource?: string;
  }[];
}

/** The program is named only where the user is not known. */
export function provenanceOf(metadata: ProvenMetadata): Provenance {
  const { requestedBy, why } = safeProvenance({
    requestedBy: metadata.annotations?.[REQUESTED_BY_ANNOTATION],
    why: metadata.annotations?.[REASON_ANNOTATION],
  });
  return requestedBy === undefined
    ? safeProvenance({ createdWith: creatorOf(metadata), why })
    : present({ requestedBy, why });
}

/** The same, safe to show and bounded; empty text counts as not known. */
export function safeProvenance({
  requestedBy,
  createdWith,
  why,
}: { readonly [Field in keyof Provenance]?: string | undefined }): Provenance {
  return present({
    requestedBy: shown(requestedBy, USER_LIMIT),
    createdWith: shown(createdWith, MANAGER_LIMIT),
    why: shown(why, REASON_LIMIT),
  });
}

function shown(text: string | undefined, limit: number): string | undefined {
  return printable(text ?? '', limit) || undefined;
}

/** The manager of the oldest entry: the API server keeps one for each manager, with the time of its last change. */
function creatorOf({ managedFields = [] }: ProvenMetadata): string | undefined {
  const [oldest] = managedFields
    .filter(({ subresource, manager }) => !subresource && manager)
    .toSorted((a, b) => (a.time ?? '').localeCompare(b.time ?? ''));
  return oldest?.manager;
}

/** Why a resource asks to be cancelled, safe to show and possibly empty; `undefined` when it does not. */
export function cancellationOf(metadata: ProvenMetadata): string | undefined {
  const why = metadata.annotations?.[CANCEL_ANNOTATION];
  return why === undefined ? undefined : printable(why, REASON_LIMIT);
}

/**
 * Why a task is to be cancelled: as `cancellationOf`, and also when its resource is being deleted. Finalizers of others
 * can keep it for long.
 */
export function cancelReasonOf(metadata: ProvenMetadata): string | undefined {
  return cancellationOf(metadata) ?? (metadata.deletionTimestamp === undefined ? undefined : '');
}

/** `Requested by alice@example.com. Reason: memory leak.`; empty when nothing is known. */
export function provenanceText(provenance: Provenance): string {
  const why = provenance.why === undefined ? '' : `Reason: ${asSentence(provenance.why)}`;
  return `${whoText(provenance)} ${why}`.trim();
}

function whoText({ requestedBy, createdWith }: Provenance): string {
  if (requestedBy !== undefined) return `Requested by ${requestedBy}.`;
  return createdWith === undefined ? '' : `Created with ${createdWith}.`;
}
