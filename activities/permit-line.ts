/** Those in this process who wait for permits, each permit with a line of its own. */
export class PermitLine {
  readonly #lines = new Map<string, Place[]>();

  /**
   * @param sinceMs - Start of the wait, in milliseconds since the epoch: who has waited longer stands further in front.
   */
  join(permitId: string, sinceMs: number): Place {
    const line = this.#lines.get(permitId) ?? [];
    this.#lines.set(permitId, line);
    let front = Promise.withResolvers<void>();
    const place: Place = {
      sinceMs,
      get isFront() {
        return line[0] === place;
      },
      get holder() {
        return line[0]?.knownHolder;
      },
      get reachesFront() {
        return front.promise;
      },
      becomesFront: () => front.resolve(),
      isOvertaken: () => {
        front = Promise.withResolvers<void>();
      },
      leave: () => {
        line.splice(line.indexOf(place), 1);
        line[0]?.becomesFront();
        if (line.length === 0) this.#lines.delete(permitId);
      },
    };
    const [before] = line;
    line.splice(line.findLastIndex((other) => other.sinceMs <= sinceMs) + 1, 0, place);
    if (line[0] === place) {
      before?.isOvertaken();
      place.becomesFront();
    }
    return place;
  }
}

export interface Place {
  readonly sinceMs: number;
  /** Whether nobody in this process has waited longer. */
  readonly isFront: boolean;
  /** Whom the one in front waits for, as far as it has said. */
  readonly holder: string | undefined;
  /** Set by the one in front: whom it waits for. */
  knownHolder?: string;
  /** Resolves once this place is the front; asked anew after each wait, since others may be let in ahead. */
  readonly reachesFront: Promise<void>;
  readonly becomesFront: () => void;
  readonly isOvertaken: () => void;
  readonly leave: () => void;
}
