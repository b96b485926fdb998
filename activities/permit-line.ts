/** The tasks in this process that wait for permits, with one queue per permit. */
export class PermitLine {
  readonly #lines = new Map<string, Place[]>();
  readonly #onChange: ((places: number) => void) | undefined;
  #places = 0;

  /** @param onChange - Called with the number of places in all queues when it changes. */
  constructor(onChange?: (places: number) => void) {
    this.#onChange = onChange;
  }

  /** @param sinceMs - Start of the wait, in milliseconds since the epoch: the longest wait is first. */
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
        this.#count(-1);
        line[0]?.becomesFront();
        if (line.length === 0) this.#lines.delete(permitId);
      },
    };
    this.#count(1);
    const [before] = line;
    line.splice(line.findLastIndex((other) => other.sinceMs <= sinceMs) + 1, 0, place);
    if (line[0] === place) {
      before?.isOvertaken();
      place.becomesFront();
    }
    return place;
  }

  #count(change: 1 | -1): void {
    this.#places += change;
    this.#onChange?.(this.#places);
  }
}

/** The holder of a permit. */
interface KnownHolder {
  /** Unset: somebody started the permit by hand. */
  readonly workflowId: string | undefined;
  /** How messages name it. */
  readonly name: string;
}

export interface Place {
  readonly sinceMs: number;
  /** Whether no other task in this process has waited longer. */
  readonly isFront: boolean;
  /** The holder that the first one waits for, if it has set one. */
  readonly holder: KnownHolder | undefined;
  /** Set by the first one: the holder that it waits for. */
  knownHolder?: KnownHolder;
  /** Resolves when this place is first. Check again after each wait, because a longer wait may have joined. */
  readonly reachesFront: Promise<void>;
  readonly becomesFront: () => void;
  readonly isOvertaken: () => void;
  readonly leave: () => void;
}
