/** Names in braces in a text: `{node} is in phase {phase}.` → `'node' | 'phase'`. */
export type Placeholders<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholders<Rest>
  : never;

/**
 * A text with its placeholders filled in. Values are put in as they are: make what came from outside safe first, with
 * `printable`.
 */
export function fill<Text extends string>(text: Text, values: Readonly<Record<Placeholders<Text>, string>>): string {
  return text.replaceAll(/\{(\w+)\}/g, (_, name: Placeholders<Text>) => values[name]);
}
