/** Which spec of a resource was sent. */
export interface SpecVersion {
  /** Of the resource. It goes back when the API server is restored from a backup. */
  readonly generation: number;
  /** When the bridge read it, in milliseconds since the epoch. Unset: an older version has sent it. */
  readonly readAtMs?: number;
}
