/** A lookup that answers later, in any order, by its future or by a promise; and who looks whether results are in order. */
import { RichMapFunction, type AsyncFunction, type ResultFuture, type RuntimeContext } from '../../src/index.js'
import { FunctionLife } from './function-life.js'
import { keyOf, labelOf, type KeyPlan } from './job-keys.js'
import type { JobWorld, NumberRecord } from './job-world.js'

/** A number, and as which one of its subtask it was asked about. */
export interface AskedNumber extends NumberRecord {
  stampedBy: string
  place: number
  /** A reason to ask again; at the end of the input the last answer counts, whatever it is. */
  isUnsure?: boolean
}

const LONGEST_ANSWER_MS = 40
const AT_ONCE_ONE_IN = 4
const UNSURE_ONE_IN = 6
const CHANGED = -1

/** Gives each record its place among those of its subtask. */
export class Stamp extends RichMapFunction<NumberRecord, AskedNumber> {
  readonly #world: JobWorld
  readonly #uid: string
  #place = 0

  constructor(world: JobWorld, uid: string) {
    super()
    this.#world = world
    this.#uid = uid
  }

  map({ value }: NumberRecord): AskedNumber {
    const context = this.getRuntimeContext()
    const subtask = `${this.#uid} ${context.getIndexOfThisSubtask()}`
    this.#place += 1
    return { value, stampedBy: subtask + attemptOf(this.#world, context), place: this.#place }
  }
}

/** Answers with the record. Where it may be asked again, it is not sure of one now and then. */
export class Lookup implements AsyncFunction<AskedNumber, AskedNumber> {
  readonly #world: JobWorld
  readonly #mayBeUnsure: boolean

  constructor(world: JobWorld, mayBeUnsure: boolean) {
    this.#world = world
    this.#mayBeUnsure = mayBeUnsure
  }

  asyncInvoke(record: AskedNumber, resultFuture: ResultFuture<AskedNumber>): void {
    const world = this.#world
    world.beforeRecord(record.value)
    const answer = { ...record }
    // The object is the function's own.
    record.value = CHANGED
    record.place = CHANGED
    if (world.nextInt(AT_ONCE_ONE_IN) === 0) {
      resultFuture.complete([answer])
      return
    }
    if (this.#mayBeUnsure && world.nextInt(UNSURE_ONE_IN) === 0) answer.isUnsure = true
    void world.pause(world.nextInt(LONGEST_ANSWER_MS)).then(() => {
      resultFuture.complete([answer])
    })
  }
}

/** In which order results come: that of all records of the subtask, that of those of each key, or none. */
export type Order = 'of all' | 'of each key' | 'none'

interface OrderRules {
  readonly uid: string
  readonly order: Order
  readonly keys: KeyPlan
}

/** Looks whether results come in their order. */
export class InOrder extends RichMapFunction<AskedNumber, NumberRecord> {
  readonly #world: JobWorld
  readonly #life: FunctionLife
  readonly #rules: OrderRules
  readonly #places = new Map<string, number>()
  #hasTold = false

  constructor(world: JobWorld, rules: OrderRules) {
    super()
    this.#world = world
    this.#life = new FunctionLife(world, rules.uid)
    this.#rules = rules
  }

  override open(): void | Promise<void> {
    this.#places.clear()
    return this.#life.open()
  }

  map(record: AskedNumber): NumberRecord {
    this.#life.record()
    const { value, stampedBy } = record
    if (stampedBy.endsWith(this.#attempt)) this.#check(record)
    else {
      this.#tellOnce()
      // Where parallelism changes, records of one subtask may go to several, and come together again; those of a key may not.
      if (this.#rules.order === 'of each key') this.#check(record)
    }
    return { value }
  }

  override close(): void | Promise<void> {
    return this.#life.close()
  }

  get #attempt(): string {
    return attemptOf(this.#world, this.getRuntimeContext())
  }

  #check({ value, stampedBy, place }: AskedNumber): void {
    const { uid, order, keys } = this.#rules
    if (order === 'none') return
    const which = order === 'of all' ? stampedBy : `${labelOf(keyOf(value, keys))} of ${stampedBy}`
    const before = this.#places.get(which) ?? 0
    if (place <= before) this.#world.fail(`${uid}: record ${place} of ${which} came after record ${before}`)
    this.#places.set(which, place)
  }

  #tellOnce(): void {
    if (this.#hasTold) return
    this.#hasTold = true
    this.#world.note(`${this.#rules.uid}: a record that was in flight has its answer`)
  }
}

function attemptOf(world: JobWorld, context: RuntimeContext): string {
  return `, attempt ${context.getAttemptNumber()} of ${world.runName}`
}
