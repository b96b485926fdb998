import { present } from './present.ts';
import { printable } from './printable.ts';

/** Free text of whoever creates a task: why it is done. */
export const REASON_ANNOTATION = 'sei.io/reason';
/** Cancels the task and keeps the resource; the value says why. */
export const CANCEL_ANNOTATION = 'sei.io/cancel';

/** Longest reason that goes into status, Events and workflows, in UTF-16 code units: annotations may hold 256 KiB. */
const REASON_LIMIT = 256;

/** Who asked for a task, and why. */
export interface Provenance {
  /** Field manager that created the resource, such as `kubectl-create`. */
  readonly requestedBy?: string;
  /** Of the annotation `sei.io/reason`, safe to show. */
  readonly why?: string;
}

interface ProvenMetadata {
  readonly annotations?: Readonly<Record<string, string>>;
  readonly managedFields?: readonly { readonly manager?: string; readonly time?: string; readonly subresource?: string }[];
}

function annotation(metadata: ProvenMetadata, name: string): string | undefined {
  const value = metadata.annotations?.[name];
  return value === undefined ? undefined : printable(value, REASON_LIMIT);
}

export function provenanceOf(metadata: ProvenMetadata): Provenance {
  return present({ requestedBy: creatorOf(metadata), why: annotation(metadata, REASON_ANNOTATION) || undefined });
}

/** The manager of the oldest entry: the API server keeps one for each manager, with the time of its last change. */
function creatorOf({ managedFields = [] }: ProvenMetadata): string | undefined {
  const [oldest] = managedFields
    .filter(({ subresource, manager }) => !subresource && manager)
    .toSorted((a, b) => (a.time ?? '').localeCompare(b.time ?? ''));
  return oldest?.manager === undefined ? undefined : printable(oldest.manager, 128);
}

/** Why a resource asks to be cancelled, safe to show and possibly empty; `undefined` when it does not. */
export function cancellationOf(metadata: ProvenMetadata): string | undefined {
  return annotation(metadata, CANCEL_ANNOTATION);
}

/** `Requested by kubectl-create: memory leak.`; empty when nothing is known. */
export function provenanceText({ requestedBy, why }: Provenance): string {
  if (requestedBy === undefined && why === undefined) return '';
  const by = requestedBy === undefined ? 'Requested' : `Requested by ${requestedBy}`;
  return why === undefined ? `${by}.` : `${by}: ${asSentence(why)}`;
}

/** Free text with one full stop, whatever it ended in. */
export function asSentence(text: string): string {
  return `${text.replace(/[.\s]+$/, '')}.`;
}
