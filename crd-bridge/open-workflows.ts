/**
 * How long a workflow that was seen open counts as open before Temporal is asked again, in milliseconds. Lists of the
 * open workflows come more often, where Temporal can list them.
 */
const KNOWN_OPEN_MS = 300_000;

interface Sighting {
  /** Since when the workflow is known to be open. Unset: it is not known. */
  readonly openSinceMs?: number;
  /** When Temporal is asked again. */
  readonly askAtMs?: number;
  /** When Temporal was last to be asked at once. */
  readonly forgottenAtMs?: number;
}

/** Which workflows are known to be open, so that Temporal is not asked on every reconcile. */
export class OpenWorkflows {
  readonly #sightings = new Map<string, Sighting>();

  /** Whether anything was noted of a workflow. */
  has(workflowId: string): boolean {
    return this.#sightings.has(workflowId);
  }

  /** Whether Temporal has to be asked about a workflow. */
  isDue(workflowId: string): boolean {
    return Date.now() >= (this.#sightings.get(workflowId)?.askAtMs ?? 0);
  }

  /** In milliseconds since the epoch. Unset: it is not known to be open. */
  openSinceMs(workflowId: string): number | undefined {
    return this.#sightings.get(workflowId)?.openSinceMs;
  }

  /** @param atMs - When it was seen open, in milliseconds since the epoch. */
  setOpen(workflowId: string, atMs: number): void {
    const sighting = this.#sightings.get(workflowId);
    this.#sightings.set(workflowId, {
      ...sighting,
      openSinceMs: sighting?.openSinceMs ?? atMs,
      askAtMs: atMs + KNOWN_OPEN_MS,
    });
  }

  /** As of a list that began at `listedAtMs`, in milliseconds since the epoch. What was heard later is newer. */
  noteOpen(workflowId: string, listedAtMs: number): void {
    if ((this.#sightings.get(workflowId)?.forgottenAtMs ?? 0) < listedAtMs) this.setOpen(workflowId, listedAtMs);
  }

  /** Makes Temporal be asked at once. */
  forget(workflowId: string): void {
    this.#sightings.set(workflowId, { forgottenAtMs: Date.now() });
  }

  /** Of a resource that is finished or gone. */
  drop(workflowId: string): void {
    this.#sightings.delete(workflowId);
  }
}
