import {
  heldSpec,
  leaseSeen,
  leaseWritten,
  nextLeaseStep,
  releasedSpec,
  type Lease,
  type LeaseKnowledge,
} from '../../kubernetes/lease.ts';

/** One read of the lease by a candidate, and its action. Times are those of the world, in milliseconds. */
export interface Round {
  readonly pauseMs: number;
  readonly readMs: readonly [there: number, back: number];
  readonly writeMs: readonly [there: number, back: number];
  /** The candidate continues without an answer; its write may still arrive. */
  readonly givesUpAfterMs: number;
  /** It stops leading and says so. */
  readonly releases: boolean;
}

export interface Clock {
  readonly offsetMs: number;
  /** How fast it runs; 1 = as the world. */
  readonly rate: number;
}

const PROMPT: Round = { pauseMs: 1_000, readMs: [1, 1], writeMs: [1, 1], givesUpAfterMs: 4_000, releases: false };

/** Candidates with clocks of their own and one lease that all of them reach, sooner or later. */
export class LeaseWorld {
  /** Times that some candidate began to lead after another. */
  takeovers = 0;
  #nowMs = 0;
  #version = 0;
  #lease: Lease | undefined;
  #lastLeader: string | undefined;
  readonly #events: { readonly atMs: number; readonly happen: () => void }[] = [];
  readonly #candidates: Candidate[];

  constructor(candidates: readonly { readonly clock: Clock; readonly rounds: readonly Round[] }[]) {
    this.#candidates = candidates.map(({ clock, rounds }, index) => new Candidate(`candidate-${index}`, clock, rounds));
    for (const candidate of this.#candidates) this.#resume(candidate, candidate.live(this));
  }

  /** Those who believe that they lead at this moment. */
  get leaders(): string[] {
    return this.#candidates.filter((each) => each.leads(this.#nowMs)).map(({ knowledge }) => knowledge.identity);
  }

  get isCalm(): boolean {
    return this.#candidates.every(({ isCalm }) => isCalm);
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  get lease(): Lease | undefined {
    return this.#lease;
  }

  /** Lets the next event happen. */
  step(): void {
    const next = this.#events.reduce((first, event) => (event.atMs < first.atMs ? event : first));
    this.#events.splice(this.#events.indexOf(next), 1);
    this.#nowMs = next.atMs;
    next.happen();
    const [leader] = this.leaders;
    if (leader === undefined || leader === this.#lastLeader) return;
    if (this.#lastLeader !== undefined) this.takeovers += 1;
    this.#lastLeader = leader;
  }

  after(delayMs: number, happen: () => void): void {
    this.#events.push({ atMs: this.#nowMs + delayMs, happen });
  }

  /** As the API server does it: refused if anybody has written since `seen`. */
  write(seen: Lease | undefined, spec: object): Lease | undefined {
    if (seen?.metadata.resourceVersion !== this.#lease?.metadata.resourceVersion) return undefined;
    this.#version += 1;
    // The model is faster than a clock that ticks in milliseconds.
    const renewTime = String(this.#version);
    const metadata = { name: 'lease', uid: 'uid', resourceVersion: renewTime };
    this.#lease = { metadata, spec: { ...this.#lease?.spec, ...withoutNulls(spec), renewTime } };
    return this.#lease;
  }

  #resume(candidate: Candidate, life: Generator<number>): void {
    const { value: pauseMs } = life.next();
    this.after(pauseMs, () => this.#resume(candidate, life));
  }
}

class Candidate {
  knowledge: LeaseKnowledge;
  isCalm = false;
  readonly #clock: Clock;
  readonly #rounds: readonly Round[];

  constructor(identity: string, clock: Clock, rounds: readonly Round[]) {
    this.#clock = clock;
    this.#rounds = rounds;
    this.knowledge = { identity, sinceMs: this.#localMs(0) };
  }

  leads(worldMs: number): boolean {
    return this.#localMs(worldMs) < (this.knowledge.leadsUntilMs ?? -Infinity);
  }

  /** Returns the time until it continues. */
  *live(world: LeaseWorld): Generator<number> {
    for (const round of this.#rounds) yield* this.#round(world, round);
    this.isCalm = true;
    for (;;) yield* this.#round(world, PROMPT);
  }

  *#round(world: LeaseWorld, round: Round): Generator<number> {
    yield round.pauseMs;
    yield round.readMs[0];
    const { lease } = world;
    yield round.readMs[1];
    this.knowledge = leaseSeen(this.knowledge, lease, this.#localMs(world.nowMs));
    const step = nextLeaseStep(this.knowledge, this.#localMs(world.nowMs));
    if (step === 'wait') return;
    const isRelease = round.releases && this.leads(world.nowMs);
    if (step === 'lose' || isRelease) this.knowledge = { ...this.knowledge, leadsUntilMs: undefined };
    if (isRelease) yield* this.#write(world, round, releasedSpec());
    else if (step !== 'lose') yield* this.#hold(world, round);
  }

  *#hold(world: LeaseWorld, round: Round): Generator<number> {
    const sentMs = this.#localMs(world.nowMs);
    const written = yield* this.#write(world, round, heldSpec(this.knowledge));
    if (written !== undefined) this.knowledge = leaseWritten(this.knowledge, written, sentMs);
  }

  *#write(world: LeaseWorld, { writeMs, givesUpAfterMs }: Round, spec: object): Generator<number, Lease | undefined> {
    const { lease } = this.knowledge;
    let written: Lease | undefined;
    world.after(writeMs[0], () => (written = world.write(lease, spec)));
    const answeredMs = writeMs[0] + writeMs[1];
    yield Math.min(answeredMs, givesUpAfterMs);
    return answeredMs > givesUpAfterMs ? undefined : written;
  }

  #localMs(worldMs: number): number {
    return this.#clock.offsetMs + this.#clock.rate * worldMs;
  }
}

function withoutNulls(spec: object): object {
  return Object.fromEntries(Object.entries(spec).map(([name, value]) => [name, value ?? undefined]));
}
