/**
 * The world of one seed: one clock, one order of events, one log. An event is a timer of the clock; between two events all
 * promises settle, so nothing but the seed decides what happens next.
 */
import { ManualClock } from '../../src/core/time/manual-clock.js'
import type { Random } from '../../src/core/random/random.js'
import { SeededRandom } from '../../src/core/random/seeded-random.js'

const START_MS = 1_700_000_000_000
const MAX_EVENTS = 400_000
/** A run in which nothing goes wrong any more ends within so long; most of it is what the functions themselves take. */
const LIVENESS_MS = 120_000
const EVENTS_IN_MESSAGE = 60

/** What must never happen happened; the message says how to see it again. */
export class SimulationFailure extends Error {
  override readonly name = 'SimulationFailure'
}

export class Simulation {
  readonly seed: number
  readonly clock: ManualClock = new ManualClock(START_MS)
  /** Decides about order and delays. Others have streams of their own (`stream`), so that one more draw here moves none of them. */
  readonly random: Random
  readonly log: string[] = []
  readonly #observers: (() => Promise<void> | void)[] = []
  #failure: SimulationFailure | undefined
  #events = 0
  /** Since when, or from when on as far as is known, nothing goes wrong any more. */
  #calmSinceMs = 0

  constructor(seed: number) {
    this.seed = seed
    this.random = this.stream('order')
  }

  /** Numbers of their own for a part of the world. */
  stream(name: string): Random {
    let hash = this.seed | 0
    for (const letter of name) hash = (Math.imul(hash, 31) + (letter.codePointAt(0) ?? 0)) | 0
    return new SeededRandom(hash)
  }

  note(line: string): void {
    this.log.push(`${(this.clock.now() - START_MS).toFixed(3).padStart(10)} ${line}`)
  }

  /** An event of its own, so many ms from now. */
  after(delayMs: number, action: () => void): void {
    this.clock.setTimer(delayMs, action)
  }

  /** Short mostly, sometimes long, seldom very long. */
  delayMs(): number {
    const kind = this.random.nextInt(200)
    if (kind === 0) return this.random.nextInt(200_000) / 1000
    return this.random.nextInt(kind < 20 ? 20_000 : 1_000) / 1000
  }

  /** An error that came out of the job, as a failure of this seed. */
  failureBy(error: unknown): SimulationFailure {
    if (error instanceof SimulationFailure) return error
    return this.#failureOf(error instanceof Error ? `${error.message}\n${error.stack ?? ''}` : String(error))
  }

  /** Runs after every event. */
  observe(observer: () => Promise<void> | void): void {
    this.#observers.push(observer)
  }

  /** Ends the simulation after the current event; the first reason counts. */
  fail(reason: string): void {
    this.#failure ??= this.#failureOf(reason)
  }

  /** Something goes wrong, up to a time: from then on the job has LIVENESS_MS. */
  troubleUntil(atMs: number): void {
    this.#calmSinceMs = Math.max(this.#calmSinceMs, atMs)
  }

  /** Runs events until the condition holds. Throws a SimulationFailure when it never does, or when somebody failed. */
  async runUntil(isOver: () => boolean, what: string): Promise<void> {
    for (;;) {
      await promisesSettled()
      for (const observer of this.#observers) await observer()
      if (this.#failure !== undefined) throw this.#failure
      if (isOver()) return
      this.#events += 1
      const calmMs = this.clock.now() - this.#calmSinceMs
      if (this.#events > MAX_EVENTS || calmMs > LIVENESS_MS) {
        const since = `${this.#events} events and ${Math.round(calmMs)} ms without a fault`
        throw this.#failureOf(`it hangs: ${what} did not happen in ${since}`)
      }
      if (!this.clock.runNext()) throw this.#failureOf(`it hangs: nothing is left to happen, but not ${what}`)
    }
  }

  /** Runs events until the promise has settled, and gives what it settled with. */
  async settle<T>(promise: Promise<T>, what: string): Promise<T> {
    let isSettled = false
    const settled = (): void => {
      isSettled = true
    }
    promise.then(settled, settled)
    await this.runUntil(() => isSettled, what)
    return promise
  }

  #failureOf(reason: string): SimulationFailure {
    const events = this.log.slice(-EVENTS_IN_MESSAGE).join('\n')
    const again = `npm run simulate -- --seed ${this.seed}`
    return new SimulationFailure(`seed ${this.seed}: ${reason}\nthe last events:\n${events}\nsee it again: ${again}`)
  }
}

/** The job lives on promises and simulated timers only, so that one turn of the event loop lets all promises settle. */
function promisesSettled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
