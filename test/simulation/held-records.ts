/**
 * Keeps the records of a key until a timer hands them on, and checks each timer that fires: it was set, was not deleted, has not
 * fired before, is not early, and is given its key. What was to fire and did not is missed at the end of the job.
 *
 * Times of different kinds never meet: their last digits differ. Records may share a timer.
 */
import { MapStateDescriptor, type MapState, type RuntimeContext, type TimerService } from '../../src/index.js'
import { labelOf } from './job-keys.js'
import type { JobWorld } from './job-world.js'

/** A number, the label of its key, and when its wait began, in the time of its timers. */
type Held = readonly [value: number, label: string, since: number]

/** What happens to a record: most wait for the end of their slot. */
type Way = 'slot' | 'past' | 'twice' | 'decoy'

/** By the number; those that are missing wait for the end of their slot. */
const WAYS: Readonly<Partial<Record<number, Way>>> = { 3: 'past', 5: 'twice', 7: 'decoy', 8: 'decoy' }
const WAY_OF = 12
const MOST_LATE_MS = 400

/** Last digits of the times of timers. */
const DIGITS = { slot: 0, decoy: 2, past: 3, again: 5 } as const

/** Timers of one kind of time. */
export interface HoldTimers {
  now(): number
  set(timestamp: number): void
  delete(timestamp: number): void
}

export interface Holder {
  readonly world: JobWorld
  readonly uid: string
  readonly slotMs: number
}

export function eventTimers(timers: TimerService): HoldTimers {
  return {
    now: () => timers.currentWatermark(),
    set: (timestamp) => {
      timers.registerEventTimeTimer(timestamp)
    },
    delete: (timestamp) => {
      timers.deleteEventTimeTimer(timestamp)
    },
  }
}

export function processingTimers(timers: TimerService): HoldTimers {
  return {
    now: () => timers.currentProcessingTime(),
    set: (timestamp) => {
      timers.registerProcessingTimeTimer(timestamp)
    },
    delete: (timestamp) => {
      timers.deleteProcessingTimeTimer(timestamp)
    },
  }
}

export class HeldRecords {
  readonly #holder: Holder
  /** By the time of their timer. */
  readonly #held: MapState<number, Held[]>
  /** Timers that have to fire; false for one that only may. */
  readonly #pending: MapState<number, boolean>
  readonly #noted = new Set<string>()
  #now = Number.NEGATIVE_INFINITY

  constructor(context: RuntimeContext, holder: Holder) {
    this.#holder = holder
    this.#held = context.getMapState(new MapStateDescriptor<number, Held[]>('held'))
    this.#pending = context.getMapState(new MapStateDescriptor<number, boolean>('timers'))
  }

  /** Time does not go back while the function lives. */
  look(now: number): void {
    if (now < this.#now) this.#fail(`time went back from ${this.#now} to ${now}`)
    this.#now = now
  }

  add(value: number, key: unknown, since: number, timers: HoldTimers): void {
    this.look(timers.now())
    this.#deleteDecoys(timers)
    const held: Held = [value, labelOf(key), since]
    const way = WAYS[Math.abs(value) % WAY_OF]
    if (way === 'past') this.#hold(held, this.#past(value, since), timers)
    else this.#hold(held, this.#slotEnd(since), timers)
    if (way !== 'decoy') return
    const decoy = this.#slotEnd(since) - 10 * (Math.abs(value) % 3) + DIGITS.decoy
    this.#pending.put(decoy, false)
    timers.set(decoy)
  }

  /** What is handed on now. */
  fired(timestamp: number, key: unknown, timers: HoldTimers): number[] {
    const now = timers.now()
    this.look(now)
    if (timestamp > now) this.#fail(`the timer of ${timestamp} fired at ${now}`)
    const isHolding = this.#pending.get(timestamp) ?? null
    if (isHolding === null) this.#fail(`a timer of ${labelOf(key)} fired at ${timestamp} that is not set`)
    this.#pending.remove(timestamp)
    const records = this.#held.get(timestamp) ?? []
    this.#held.remove(timestamp)
    if (records.length > 1) this.#note('records shared a timer')
    if (isHolding === false) this.#note('a timer fired before it was deleted')
    const goesOn = records.filter((held) => !this.#holdsAgain(held, timestamp, timers))
    for (const [value, label] of goesOn) {
      this.#holder.world.beforeRecord(value)
      if (label !== labelOf(key)) this.#fail(`a record of ${label} waited for a timer of ${labelOf(key)}`)
    }
    return goesOn.map(([value]) => value)
  }

  /** Those whose timer was before their time wait for the end of their slot now, and some of those wait once more. */
  #holdsAgain(held: Held, timestamp: number, timers: HoldTimers): boolean {
    const [value, , since] = held
    const digit = ((timestamp % 10) + 10) % 10
    if (digit === DIGITS.past) {
      this.#hold(held, this.#slotEnd(since), timers)
      return true
    }
    if (digit !== DIGITS.slot || WAYS[Math.abs(value) % WAY_OF] !== 'twice') return false
    this.#hold(held, timestamp + 10 * (Math.abs(value) % 7) + DIGITS.again, timers)
    return true
  }

  #hold(held: Held, timestamp: number, timers: HoldTimers): void {
    const records = this.#held.get(timestamp) ?? []
    if (timestamp <= timers.now()) this.#note('a timer is set that is due already')
    records.push(held)
    this.#held.put(timestamp, records)
    this.#pending.put(timestamp, true)
    timers.set(timestamp)
  }

  #deleteDecoys(timers: HoldTimers): void {
    for (const [timestamp, isHolding] of [...this.#pending.entries()]) {
      if (isHolding) continue
      this.#pending.remove(timestamp)
      timers.delete(timestamp)
      this.#note('a timer is deleted')
    }
  }

  #slotEnd(since: number): number {
    const { slotMs } = this.#holder
    return (Math.floor(since / slotMs) + 1) * slotMs + DIGITS.slot
  }

  #past(value: number, since: number): number {
    return Math.floor((since - (Math.abs(value) % MOST_LATE_MS)) / 10 - 2) * 10 + DIGITS.past
  }

  #note(what: string): void {
    const { world, uid } = this.#holder
    if (this.#noted.has(what)) return
    this.#noted.add(what)
    world.note(`${uid}: ${what}`)
  }

  #fail(what: string): void {
    const { world, uid } = this.#holder
    world.fail(`${uid} of ${world.runName}: ${what}`)
  }
}
