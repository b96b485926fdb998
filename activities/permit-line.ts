/** Those in this process who wait for permits, each permit with a line of its own. */
export class PermitLine {
  readonly #lines = new Map<string, Place[]>();

  /** @param sinceMs - Start of the wait, in milliseconds since the epoch: who has waited longer stands further in front. */
  join(permitId: string, sinceMs: number): Place {
    const line = this.#lines.get(permitId) ?? [];
    this.#lines.set(permitId, line);
    const place: Place = {
      sinceMs,
      get position() {
        return line.indexOf(place);
      },
      leave: () => {
        line.splice(line.indexOf(place), 1);
        if (line.length === 0) this.#lines.delete(permitId);
      },
    };
    line.splice(line.findLastIndex((other) => other.sinceMs <= sinceMs) + 1, 0, place);
    return place;
  }
}

interface Place {
  readonly sinceMs: number;
  /** 0 = in front. */
  readonly position: number;
  readonly leave: () => void;
}
