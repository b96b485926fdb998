/** Thrown where Go's decoder does not find JSON. */
export class InvalidJson extends Error {}

/** Deeper than anything that is sent, and below a stack overflow. Go stops at 10,000. */
const MAX_DEPTH = 1_000;

const SPACE = /[ \t\r\n]*/y;
const LITERAL = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
// Go refuses only the control characters below U+0020.
const STRING = /"(?:[^"\\\p{Cc}]+|[\u007F-\u009F]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/uy;

/** An object as it was written: its keys in their order, repeated keys included. */
export type Members = readonly (readonly [key: string, value: unknown])[];

/**
 * Reads the first JSON value of a text as Go's `json.Decoder` does: the text after it is not checked, and a number
 * beyond float64 becomes infinite.
 *
 * @returns the members, when the value is an object.
 * @throws {InvalidJson} the text does not start with JSON.
 */
export function readFirstValue(text: string): { value: unknown; members?: Members } {
  const reader = new JsonReader(text);
  const members = reader.members(0);
  return members === undefined ? { value: reader.value(0) } : { value: objectOf(members), members };
}

/** Whether Go matches a JSON key with a field: it folds case by Unicode's simple rules. `name` is of letters only. */
export function isSameKey(name: string, key: string): boolean {
  return name === key || new RegExp(`^${name}$`, 'iu').test(key);
}

class JsonReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(depth: number): unknown {
    const members = this.members(depth);
    if (members !== undefined) return objectOf(members);
    if (this.#skips('[')) return this.#list(']', () => this.value(depth + 1));
    const string = this.#take(STRING);
    if (string !== undefined) return (JSON.parse(string) as string).toWellFormed();
    const literal = this.#take(LITERAL);
    if (literal === undefined) throw new InvalidJson('no value');
    return JSON.parse(literal);
  }

  /** `undefined`, and nothing is read, where no object starts. */
  members(depth: number): Members | undefined {
    if (depth > MAX_DEPTH) throw new InvalidJson('too deep');
    if (!this.#skips('{')) return undefined;
    return this.#list('}', () => {
      this.#take(SPACE);
      const key = this.#take(STRING);
      if (key === undefined || !this.#skips(':')) throw new InvalidJson('no key');
      return [(JSON.parse(key) as string).toWellFormed(), this.value(depth + 1)] as const;
    });
  }

  #list<T>(end: string, element: () => T): T[] {
    const list: T[] = [];
    if (this.#skips(end)) return list;
    do list.push(element());
    while (this.#skips(','));
    if (!this.#skips(end)) throw new InvalidJson(`no ${end}`);
    return list;
  }

  /** Skips a character, if it comes next. */
  #skips(character: string): boolean {
    this.#take(SPACE);
    const isThere = this.#text[this.#at] === character;
    if (isThere) this.#at += 1;
    return isThere;
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }
}

/** The last value of a repeated key counts. */
function objectOf(members: Members): Record<string, unknown> {
  return Object.fromEntries(members);
}
