/** Numbers to the left and names to the right, counted by key and side; what it does is seen by the test in the same thread. */
import type { KeySpec } from '../../../src/api/dag/key-spec.js'
import type { OperatorSpec } from '../../../src/api/dag/operator-spec.js'
import type {
  CheckpointedFunction,
  FunctionInitializationContext,
} from '../../../src/api/functions/checkpointed-function.js'
import type { SourceContext, SourceFunction } from '../../../src/api/functions/source-function.js'
import type { ListState } from '../../../src/api/state/list-state.js'
import { ListStateDescriptor } from '../../../src/api/state/list-state-descriptor.js'
import { RecordedProgram } from '../../unit/graph/recorded-program.js'
import { countBySide, type Sides } from './count-by-side.js'

export const KEYS = 23

/** What the sources do and the sink gets. */
export interface TwoInputWorld {
  /** Records of each side. */
  readonly records: readonly [left: number, right: number]
  /** The sources pause after so many: what the quicker one sends waits in its channels, and its barrier with it. */
  readonly pauseAfter: readonly [left: number, right: number]
  /** The sources wait in the middle. */
  readonly isHeld: boolean
  readonly results: Sides[]
  /** Watermarks as the sink sees them with its records. */
  readonly watermarks: Set<number>
}

class Numbers implements SourceFunction<unknown>, CheckpointedFunction {
  readonly #world: TwoInputWorld
  readonly #side: 0 | 1
  #next = 0
  #state: ListState<number> | undefined

  constructor(world: TwoInputWorld, side: 0 | 1) {
    this.#world = world
    this.#side = side
  }

  *run(ctx: SourceContext<unknown>): Generator {
    const { records, pauseAfter, isHeld } = this.#world
    const limit = isHeld ? records[this.#side] / 2 : records[this.#side]
    while (this.#next < limit || isHeld) {
      if (this.#next >= limit || this.#next % pauseAfter[this.#side] === 0) yield undefined
      if (this.#next >= limit) continue
      const number = this.#next
      this.#next += 1
      yield this.#side === 0 ? { number } : [`name ${String(number)}`, number]
      if (number % 50 === 0) ctx.emitWatermark(number)
    }
  }

  cancel(): void {
    // Its run is not resumed any more.
  }

  initializeState(context: FunctionInitializationContext): void {
    this.#state = context.getOperatorStateStore().getListState(new ListStateDescriptor<number>('next'))
    for (const next of this.#state.get()) this.#next = next
  }

  snapshotState(): void {
    this.#state?.update([this.#next])
  }
}

const BY_NUMBER: KeySpec = { select: (value) => (value as { number: number }).number % KEYS, kind: 'auto' }
const BY_NAME: KeySpec = { select: (value) => (value as readonly [string, number])[1] % KEYS, kind: 'auto' }

function sourceOf(world: TwoInputWorld, side: 0 | 1): OperatorSpec {
  return { kind: 'source-function', function: new Numbers(world, side) }
}

export function twoInputJob(world: TwoInputWorld, parallelism: number): RecordedProgram {
  const program = new RecordedProgram()
  const inputs = [
    { input: program.source('numbers', { uid: 'numbers', parallelism: 1 }, sourceOf(world, 0)), key: BY_NUMBER },
    { input: program.source('names', { uid: 'names', parallelism: 1 }, sourceOf(world, 1)), key: BY_NAME },
  ]
  const settings = { uid: 'count', parallelism, maxParallelism: 16 }
  const counted = program.multipleInput(inputs, 'count by side', countBySide(), settings)
  const invoke = (value: unknown, context: { currentWatermark(): number }): void => {
    world.results.push(value as Sides)
    world.watermarks.add(context.currentWatermark())
  }
  program.operator(counted, 'out', { kind: 'sink', function: { invoke } }, { uid: 'out', parallelism: 1 })
  return program
}
