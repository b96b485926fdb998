/**
 * Loaded before a program, it sets the program's clock `SHIFTED_CLOCK_MS` milliseconds ahead, as on a machine whose
 * clock nobody keeps: only root could set that of the machine.
 */
const aheadMs = Number(process.env['SHIFTED_CLOCK_MS'] ?? 0);
const now = (): number => RealDate.now() + aheadMs;
const RealDate = Date;

globalThis.Date = new Proxy(RealDate, {
  construct: (target, parts: unknown[], shifted) =>
    Reflect.construct(target, parts.length === 0 ? [now()] : parts, shifted) as Date,
  apply: (target) => new target(now()).toString(),
  get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
});
