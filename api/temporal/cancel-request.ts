/** Argument of the update `cancel`. */
export interface CancelRequest {
  /** For the verdict. Default: nothing is said. */
  readonly why?: string;
}
