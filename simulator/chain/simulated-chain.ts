import { InvalidInput } from '../parse-json.ts';
import { BlockLog, type Block } from './block-log.ts';
import { ChainNode } from './chain-node.ts';
import { ChainStops, type ChainStop, type StoppedMember } from './chain-stops.ts';
import { checkConsensus, type ConsensusOptions, type UpgradePlan } from './consensus-options.ts';
import { ValidatorAbsences, type ValidatorAbsence } from './validator-absences.ts';
import { powerOf, type Member, type ValidatorSet } from './validator-set.ts';
import { absenceOf, Validators, type Reason, type ValidatorState } from './validators.ts';

/** Blocks that the chain has when it starts. */
const PAST_BLOCKS = 100;

/** Options of {@link SimulatedChain}. */
export interface SimulatedChainOptions extends ConsensusOptions {
  chainId: string;
  startHeight: number;
  /** Time between two blocks, milliseconds. */
  blockIntervalMs: number;
}

/** A validator as the chain sees it now. Powers are decimal. */
export interface ValidatorFacts {
  name: string;
  address: string;
  power: string;
  jailed: boolean;
  /** Whether it would sign a block now. */
  signs: boolean;
}

/**
 * A chain that makes blocks only while more than two thirds of its power signs. It needs no timer: the blocks of the
 * time that has passed are made when somebody asks, or before something changes.
 */
export class SimulatedChain {
  readonly chainId: string;
  readonly protocol: NonNullable<ConsensusOptions['protocol']>;
  readonly #stops = new ChainStops();
  readonly #absences = new ValidatorAbsences();
  readonly #clock: () => number;
  readonly #intervalMs: number;
  readonly #validators: Validators;
  readonly #nodes = new Set<ChainNode>();
  /** The upgrades that are done, in order. */
  readonly #upgrades: UpgradePlan[] = [];
  #plan: UpgradePlan | undefined;
  #blocks: BlockLog;
  /** Validators of the next block, and of those after it. */
  #set: ValidatorSet;
  #laterSet: ValidatorSet;
  #signers: ReadonlySet<string> = new Set();
  /** Whether they are enough, with binaries of that version. Unset: not known since the last change. */
  #quorum: { version: number; reached: boolean } | undefined;
  #time: number;
  #nextBlockAt: number;
  /** Whether stops are recorded: since the first signatures, and until the end. */
  #isWatched = false;
  #hasEnded = false;

  /**
   * @param clock Milliseconds since 1970.
   * @throws {InvalidInput} the validators are not valid.
   */
  constructor(options: SimulatedChainOptions, clock: () => number = Date.now) {
    checkConsensus(options);
    this.chainId = options.chainId;
    this.protocol = options.protocol ?? 'CometBFT';
    this.#intervalMs = options.blockIntervalMs;
    this.#clock = clock;
    this.#validators = new Validators(options);
    this.#time = clock();
    this.#nextBlockAt = this.#time + this.#intervalMs;
    this.#set = this.#laterSet = this.#validators.currentSet();
    this.#blocks = this.#pastUntil(options.startHeight);
    this.planUpgrade(options.upgrade);
  }

  /** Height of the last block. */
  get height(): number {
    return this.read(() => this.headHeight);
  }

  /**
   * Every time in which the chain could not make a block although it should, oldest first. It should as soon as its
   * validators have signed for the first time, except at the height of an upgrade.
   */
  get stops(): readonly ChainStop[] {
    return this.read(() => this.#stops.entries);
  }

  /** Every time in which a validator of the set did not sign, oldest first, since the chain has made its first block. */
  get absences(): readonly ValidatorAbsence[] {
    return this.read(() => this.#absences.entries);
  }

  /** The planned upgrade. */
  get plan(): UpgradePlan | undefined {
    return this.read(() => this.#plan);
  }

  get validators(): ValidatorFacts[] {
    return this.read((now) =>
      [...this.#validators].map((validator) => ({
        name: validator.name,
        address: validator.address,
        power: String(validator.power),
        jailed: validator.jailed,
        signs: !validator.jailed && this.#absenceOf(validator, this.#upgrades.length, now) === undefined,
      })),
    );
  }

  /** The block of that height; its signers are in the commit. `undefined`: there is none. */
  block(height: number): Block | undefined {
    return this.read(() => this.#blocks.at(height));
  }

  /** Validators of a height, which may be the one after the last block. */
  validatorsAt(height: number): ValidatorSet | undefined {
    return this.read(() => (height === this.headHeight + 1 ? this.#set : this.#blocks.at(height)?.validators));
  }

  /** The validator whose key that node has. */
  validatorOf(nodeName: string): Member | undefined {
    return this.#validators.ofNode(nodeName);
  }

  /** Adds a node, which does not serve yet. It has the newest binary that has been needed so far. */
  join(nodeName: string): ChainNode {
    const node = new ChainNode(this, nodeName, this.#upgrades.length);
    this.#nodes.add(node);
    return node;
  }

  leave(node: ChainNode): void {
    this.change(() => this.#nodes.delete(node));
  }

  /**
   * Changes a validator: `down` at once, the others with the block after the next one.
   * @throws {InvalidInput} there is no such validator, or the power is not one.
   */
  setValidator(name: string, state: Partial<ValidatorState>): void {
    this.change(() => {
      this.#validators.set(name, state);
      if (state.power !== undefined || state.jailed !== undefined) this.#laterSet = this.#validators.currentSet();
    });
  }

  /**
   * Plans an upgrade, or none with `undefined`.
   * @throws {InvalidInput} its height is not above the last block.
   */
  planUpgrade(plan: UpgradePlan | undefined): void {
    this.change(() => {
      if (plan !== undefined && plan.height <= this.headHeight) {
        throw new InvalidInput(`upgrade.height must be above ${this.headHeight}, got ${plan.height}`);
      }
      this.#plan = plan;
    });
  }

  /** Upgrades all nodes. */
  upgradeAll(): void {
    for (const node of this.#nodes) node.upgrade();
  }

  /** Continues at another height, as if earlier blocks had been pruned. */
  setHeight(height: number): void {
    this.change(() => {
      this.#blocks = this.#pastUntil(height);
      if (this.#plan !== undefined && this.#plan.height <= height) this.#plan = undefined;
    });
  }

  /** Records no more stops: the nodes end with their fleet. */
  end(): void {
    this.change(() => {
      this.#hasEnded = true;
      this.#isWatched = false;
    });
  }

  /** Of the last block that has been made. */
  get headHeight(): number {
    return this.#blocks.head.height;
  }

  /** Of the first block that nodes still have. */
  get baseHeight(): number {
    return this.#blocks.base;
  }

  /** What an upgraded node has. */
  get newestVersion(): number {
    return this.#upgrades.length + (this.#plan === undefined ? 0 : 1);
  }

  /** The upgrade that a node with that binary waits for. */
  planFor(version: number): UpgradePlan | undefined {
    return this.#upgrades[version] ?? this.#plan;
  }

  /** The last block that a binary can make. */
  lastHeightOf(version: number): number {
    const next = this.#upgrades[version];
    return next === undefined ? Infinity : next.height - 1;
  }

  /** Makes the blocks that are due, then reads. */
  read<T>(look: (now: number) => T): T {
    const now = Math.max(this.#clock(), this.#time);
    for (;;) {
      const ends = [...this.#nodes].flatMap((node) => node.caughtUpAfter(this.#time) ?? []);
      const until = Math.min(now, ...ends);
      this.#produce(until);
      this.#time = until;
      if (ends.length > 0) {
        this.#quorum = undefined;
        this.#noteAbsences();
      }
      if (until === now) break;
    }
    return look(now);
  }

  /** Makes the blocks that are due, changes something, and looks at once whether the chain still can. */
  change(apply: (now: number) => void): void {
    this.read(apply);
    this.#quorum = undefined;
    this.#produce(this.#time);
    this.#noteAbsences();
  }

  #produce(until: number): void {
    for (;;) {
      const next = this.headHeight + 1;
      const isUpgrade = this.#plan?.height === next;
      if (!this.#reachesQuorum(this.#upgrades.length + (isUpgrade ? 1 : 0))) {
        if (!isUpgrade && this.#isWatched) this.#stop(next - 1);
        return;
      }
      this.#resume();
      const due = Math.floor((until - this.#nextBlockAt) / this.#intervalMs) + 1;
      if (due <= 0) return;
      this.#append(Math.min(due, this.#sameUntil(next)));
      if (isUpgrade) this.#finishUpgrade();
    }
  }

  /** How many blocks from `next` on are made in the same way. */
  #sameUntil(next: number): number {
    if (this.#set !== this.#laterSet) return 1;
    const { height = Infinity } = this.#plan ?? {};
    return next < height ? height - next : 1;
  }

  #append(count: number): void {
    this.#blocks.append({ count, firstTimeMs: this.#nextBlockAt, validators: this.#set, signers: this.#signers });
    this.#nextBlockAt += count * this.#intervalMs;
    if (this.#set !== this.#laterSet) this.#quorum = undefined;
    this.#set = this.#laterSet;
  }

  #finishUpgrade(): void {
    if (this.#plan !== undefined) this.#upgrades.push(this.#plan);
    this.#plan = undefined;
  }

  /** Whether more than two thirds of the power signs. */
  #reachesQuorum(version: number): boolean {
    if (this.#quorum?.version === version) return this.#quorum.reached;
    const signers = this.#set.filter((member) => this.#absenceOf(member, version) === undefined);
    const addresses = new Set(signers.map(({ address }) => address));
    if (!equal(addresses, this.#signers)) this.#signers = addresses;
    const reached = 3n * powerOf(signers) > 2n * powerOf(this.#set);
    this.#quorum = { version, reached };
    return reached;
  }

  #absenceOf(member: Member, version: number, now = this.#time): Reason | undefined {
    return absenceOf(this.#validators.byAddress(member), this.#nodes, now, version);
  }

  #stop(height: number): void {
    if (!this.#stops.hasStopped) this.#stops.begin(this.#time, height, this.#members());
  }

  #noteAbsences(): void {
    if (this.#isWatched) this.#absences.note(this.#time, this.#members());
  }

  #members(): StoppedMember[] {
    return this.#set.map((member) => ({
      name: this.#validators.byAddress(member).name,
      address: member.address,
      power: member.power,
      absence: this.#absenceOf(member, this.#upgrades.length),
    }));
  }

  #resume(): void {
    this.#stops.end(this.#time);
    this.#isWatched = !this.#hasEnded;
    this.#nextBlockAt = Math.max(this.#nextBlockAt, this.#time);
  }

  /** A past in which everybody has signed, so that commits can be read at once. */
  #pastUntil(height: number): BlockLog {
    const count = Math.min(PAST_BLOCKS, height);
    const validators = this.#set;
    return new BlockLog(this.#intervalMs, {
      first: height - count + 1,
      count,
      firstTimeMs: this.#nextBlockAt - count * this.#intervalMs,
      validators,
      signers: new Set(validators.map(({ address }) => address)),
    });
  }
}

function equal(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return one.size === other.size && [...one].every((element) => other.has(element));
}
