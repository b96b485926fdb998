import { createHash } from 'node:crypto';
import { microTimestamp } from '../lib/timestamp.ts';
import { KubernetesApiError } from './errors.ts';
import type { KubernetesTransport } from './kubernetes-transport.ts';
import { ResourceClient } from './resource-client.ts';

const REPORTING_CONTROLLER = 'sei.io/sei-node-tasks';
/** Maximum length of a note that the API server accepts, in bytes. */
const NOTE_BYTES = 1024;
/** Maximum length of an object name, in characters. */
const NAME_LENGTH = 253;

/** The object that an Event is about. */
interface EventSubject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

export interface RecordedEvent {
  readonly regarding: EventSubject;
  readonly type: 'Normal' | 'Warning';
  /** CamelCase, at most 128 characters. */
  readonly reason: string;
  /** What was done or tried, CamelCase, at most 128 characters. */
  readonly action: string;
  /** One sentence; cut at 1,024 bytes. */
  readonly note: string;
  /** Events on the same object with the same key are one Event, however often they are recorded. */
  readonly key: string;
  readonly signal?: AbortSignal;
}

/** Records `events.k8s.io/v1` Events in the namespace of the object they are about. */
export class EventRecorder {
  readonly #events: ResourceClient;
  readonly #reportingInstance: string;

  /** @param reportingInstance which process reports, e.g. the pod's name; at most 128 characters */
  constructor(transport: KubernetesTransport, reportingInstance: string) {
    this.#events = new ResourceClient(transport, { group: 'events.k8s.io', version: 'v1', plural: 'events' });
    this.#reportingInstance = reportingInstance;
  }

  /** Does nothing if this Event exists already. @throws what `ResourceClient.create` throws. */
  async record({ regarding, key, note, signal, ...event }: RecordedEvent): Promise<void> {
    const body = {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { namespace: regarding.namespace, name: eventName(regarding, key) },
      ...event,
      regarding,
      note: truncateUtf8(note, NOTE_BYTES),
      eventTime: microTimestamp(Date.now()),
      reportingController: REPORTING_CONTROLLER,
      reportingInstance: this.#reportingInstance,
    };
    try {
      await this.#events.create(regarding.namespace, body, { signal });
    } catch (error) {
      if (!(error instanceof KubernetesApiError && error.code === 'KUBERNETES_ALREADY_EXISTS')) throw error;
    }
  }
}

/** Readable, and the same for the same object and key. */
function eventName({ name, uid }: EventSubject, key: string): string {
  const suffix = `.${createHash('sha256').update(`${uid}/${key}`).digest('hex').slice(0, 16)}`;
  return name.slice(0, NAME_LENGTH - suffix.length).replace(/[.-]+$/, '') + suffix;
}

/** Cuts at a character boundary. */
function truncateUtf8(text: string, limitBytes: number): string {
  const bytes = new Uint8Array(limitBytes);
  const { read } = new TextEncoder().encodeInto(text, bytes);
  return text.slice(0, read);
}
