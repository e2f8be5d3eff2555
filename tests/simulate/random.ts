/** Chance that repeats itself: the same seed gives the same numbers on every machine. */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #count = 1;

  constructor(seed: number, stream = 0) {
    this.#a = seed | 0;
    this.#b = stream | 0;
    this.#c = (seed / 2 ** 32) | 0;
    // The first numbers of neighbouring seeds resemble each other.
    for (let round = 0; round < 16; round++) this.next();
  }

  /** In [0, 1), by Chris Doty-Humphrey's "small fast counting" generator. */
  next(): number {
    const sum = (this.#a + this.#b + this.#count) | 0;
    this.#count = (this.#count + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** In [low, high). */
  between(low: number, high: number): number {
    return low + this.next() * (high - low);
  }

  /** A whole number in [low, high]. */
  whole(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  pick<T>(choices: readonly T[]): T {
    const choice = choices[Math.floor(this.next() * choices.length)];
    if (choice === undefined) throw new Error("There is nothing to choose from.");
    return choice;
  }

  /** One of the choices, each as likely as its weight says. */
  weighted<T extends string>(weights: Readonly<Record<T, number>>): T {
    const entries = entriesOf(weights);
    let rest = this.next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [choice, weight] of entries) {
      rest -= weight;
      if (rest < 0) return choice;
    }
    throw new Error("There is nothing to choose from.");
  }

  /** In [low, high), every order of magnitude as likely as the next. */
  scaled(low: number, high: number): number {
    return low * (high / low) ** this.next();
  }

  /** Around 0, mostly within ±2. */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
  }

  /** How often something happens that happens `mean` times on average. */
  count(mean: number): number {
    let times = 0;
    for (let rest = -Math.log(1 - this.next()); rest < mean; rest -= Math.log(1 - this.next())) times += 1;
    return times;
  }
}

// An object literal typed as a record has the keys of the record and no others.
function entriesOf<T extends string>(record: Readonly<Record<T, number>>): [T, number][] {
  return Object.entries(record) as [T, number][];
}
