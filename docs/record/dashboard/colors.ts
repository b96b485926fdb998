/** Grafana's names of colours, as far as the dashboard has them. */
const NAMED: Readonly<Record<string, string>> = {
  green: '#1a8f4d',
  yellow: '#c99700',
  orange: '#d9680f',
  red: '#d0312d',
  blue: '#2f6fd0',
  text: '#24292f',
};

/** Colours of series without a name of one: people with colour blindness can tell neighbours apart. */
const IN_TURN = ['#2f6fd0', '#d9680f', '#1a8f4d', '#a23b9b', '#8a6d00', '#00909e', '#d0312d', '#6b6f76', '#7a4fd0'];

/** @throws Error when it is none of those above. */
export function namedColor(name: string): string {
  const color = NAMED[name];
  if (color === undefined) throw new Error(`docs/record does not know the colour ${name}`);
  return color;
}

/** @param place - Of the series in its graph, from 0. */
export function colorInTurn(place: number): string {
  return IN_TURN[place % IN_TURN.length]!;
}
