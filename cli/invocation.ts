import type { Command } from './command.ts';

/** A command line that was understood. */
export class Invocation {
  readonly command: Command;
  readonly #arguments: ReadonlyMap<string, string>;
  readonly #flags: ReadonlyMap<string, string | boolean>;

  constructor(command: Command, values: ReadonlyMap<string, string>, flags: ReadonlyMap<string, string | boolean>) {
    this.command = command;
    this.#arguments = values;
    this.#flags = flags;
  }

  /** @returns `undefined` for an optional argument that is not there */
  optionalArgument(name: string): string | undefined {
    return this.#arguments.get(name);
  }

  argument(name: string): string {
    const value = this.#arguments.get(name);
    if (value === undefined) throw new Error(`${this.command.name} requires no argument ${name}`);
    return value;
  }

  /** The value of a flag, if it is there. */
  text(flag: string): string | undefined {
    const value = this.#flags.get(flag);
    return typeof value === 'string' ? value : undefined;
  }

  isSet(flag: string): boolean {
    return (this.#flags.get(flag) ?? false) !== false;
  }
}
