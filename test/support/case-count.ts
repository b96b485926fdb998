/** Set by `npm run test:unit`: tests try a fifth of their cases. */
const FEWER_CASES_VARIABLE = 'SEI_NODE_TASKS_TEST_FEWER_CASES';

/** How many cases a test tries: all of them with `npm test`, a fifth with `npm run test:unit`. */
export function caseCount(all: number): number {
  return process.env[FEWER_CASES_VARIABLE] === undefined ? all : all / 5;
}
