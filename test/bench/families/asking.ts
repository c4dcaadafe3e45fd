import { MOST_UNDER_WAY, type BenchSession } from './bench-session.js'

/** What is asked for in turn. */
export interface Turns {
  /** By name; undefined: nothing. */
  readonly places: Readonly<Record<string, string | undefined>>
  readonly turnMs: number
  readonly requestsPerSecond: number
}

/** Asks in turns, as often as is said, until it is stopped. */
export class Asking {
  readonly #session: BenchSession
  readonly #turns: Turns
  readonly #names: readonly string[]
  readonly #startMs = Date.now()
  readonly #timer
  readonly #answered = new Map<string, number>()
  #underWay = 0
  #due = 0
  #lastMs = performance.now()

  constructor(session: BenchSession, turns: Turns) {
    this.#session = session
    this.#turns = turns
    this.#names = Object.keys(turns.places)
    this.#timer = setInterval(() => {
      this.#tick()
    }, 1)
  }

  /** Undefined where it was more than one. */
  turnBetween(fromMs: number, toMs: number): string | undefined {
    const [from, to] = [this.#turnOf(fromMs), this.#turnOf(toMs)]
    return from === to && fromMs >= this.#startMs ? this.#nameOf(from) : undefined
  }

  /** Answers a second, in the turns of that name. */
  stop(name: string): number {
    clearInterval(this.#timer)
    const seconds = (Date.now() - this.#startMs) / 1000 / this.#names.length
    return (this.#answered.get(name) ?? 0) / seconds
  }

  #turnOf(timeMs: number): number {
    return Math.floor((timeMs - this.#startMs) / this.#turns.turnMs)
  }

  #nameOf(turn: number): string {
    return this.#names[turn % this.#names.length] ?? ''
  }

  #tick(): void {
    const now = performance.now()
    this.#due += ((now - this.#lastMs) * this.#turns.requestsPerSecond) / 1000
    this.#lastMs = now
    const name = this.#nameOf(this.#turnOf(Date.now()))
    const place = this.#turns.places[name]
    for (; this.#due >= 1; this.#due -= 1)
      if (place !== undefined && this.#underWay < MOST_UNDER_WAY) void this.#ask(name, place)
  }

  async #ask(name: string, place: string): Promise<void> {
    this.#underWay += 1
    try {
      await this.#session.ask('GET', place)
      this.#answered.set(name, (this.#answered.get(name) ?? 0) + 1)
    } catch {
      // The job has ended.
    } finally {
      this.#underWay -= 1
    }
  }
}
