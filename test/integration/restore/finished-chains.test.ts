/**
 * A source that had come to its end stays ended over a restore, also where it is chained to operators by then that had not: its
 * numbers are not read once more, and what the others hold is not lost.
 */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type {
  CheckpointedFunction,
  FunctionInitializationContext,
} from '../../../src/api/functions/checkpointed-function.js'
import type { SourceFunction } from '../../../src/api/functions/source-function.js'
import type { ListState } from '../../../src/api/state/list-state.js'
import { ListStateDescriptor } from '../../../src/api/state/list-state-descriptor.js'
import type { JobMaster } from '../../../src/runtime/jobmanager/jobmaster/job-master.js'
import { RecordedProgram } from '../../unit/graph/recorded-program.js'
import { MiniCluster } from '../inputs/mini-cluster.js'

/** A task that is at its end waits for a checkpoint. */
function checkpointsEvery(interval: string): Record<string, string> {
  return { 'execution.checkpointing.interval': interval, 'execution.checkpointing.dir': 'file:///checkpoints' }
}

interface World {
  /** Of the source that has an end. */
  readonly read: number[]
  /** How many numbers the total had seen by then, over all runs. */
  readonly totals: number[]
  isHeld: boolean
}

/** It keeps no place: asked once more it begins anew. */
class Five implements SourceFunction<number> {
  readonly #world: World

  constructor(world: World) {
    this.#world = world
  }

  *run(): Generator<number> {
    for (let number = 1; number <= 5; number += 1) {
      this.#world.read.push(number)
      yield number
    }
  }

  cancel(): void {
    // Its run is not resumed any more.
  }
}

class Open implements SourceFunction<number> {
  readonly #world: World

  constructor(world: World) {
    this.#world = world
  }

  *run(): Generator<undefined> {
    while (this.#world.isHeld) yield undefined
  }

  cancel(): void {
    // Its run is not resumed any more.
  }
}

class Total implements CheckpointedFunction {
  readonly #world: World
  #count = 0
  #state: ListState<number> | undefined

  constructor(world: World) {
    this.#world = world
  }

  map(number: number): number {
    this.#count += 1
    return number
  }

  initializeState(context: FunctionInitializationContext): void {
    this.#state = context.getOperatorStateStore().getListState(new ListStateDescriptor<number>('count'))
    for (const count of this.#state.get()) this.#count += count
    this.#world.totals.push(this.#count)
  }

  snapshotState(): void {
    this.#state?.update([this.#count])
  }
}

type Shape = 'apart' | 'chained' | 'with another operator'

/** The total has a second input, or is chained to its source. */
function jobOf(world: World, shape: Shape): RecordedProgram {
  const program = new RecordedProgram()
  const five = program.source(
    'five',
    { uid: 'five', parallelism: 1 },
    { kind: 'source-function', function: new Five(world) },
  )
  const open = program.source(
    'open',
    { uid: 'open', parallelism: 1 },
    { kind: 'source-function', function: new Open(world) },
  )
  const between = shape === 'with another operator' ? program.map(five, 'new', { uid: 'new', parallelism: 1 }) : five
  const numbers = shape === 'apart' ? program.union(five, open) : between
  const total = { kind: 'map', function: new Total(world) } as const
  program.sink(program.operator(numbers, 'total', total, { uid: 'total', parallelism: 1 }), 'out', { parallelism: 1 })
  if (shape !== 'apart') program.sink(open, 'rest', { parallelism: 1 })
  return program
}

function newWorld(): World {
  return { read: [], totals: [], isHeld: true }
}

function hasFinished(master: JobMaster, name: string): boolean {
  const vertex = master.details().vertices.find((each) => each.name.includes(name))
  return vertex?.subtasks.every(({ state }) => state === 'FINISHED') === true
}

function isDeployed(master: JobMaster): boolean {
  const states = master.details().vertices.flatMap(({ subtasks }) => subtasks.map(({ state }) => state))
  return states.every((state) => state === 'RUNNING' || state === 'FINISHED')
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1))
}

describe('A source that had ended before a restore', { timeout: 60_000 }, () => {
  for (const shapes of [
    ['chained'],
    ['with another operator'],
    ['chained', 'apart'],
    ['chained', 'chained'],
  ] as const) {
    it(`stays so where the job is ${shapes.join(', then ')}`, async () => {
      const cluster = new MiniCluster()
      const apart = newWorld()
      const program = (): RecordedProgram => jobOf(apart, 'apart')
      let master = await cluster.start({ program, configuration: checkpointsEvery('10 ms'), restore: undefined }, 1)
      await until(() => hasFinished(master, 'five'))
      let restore = await master.triggerSavepoint('file:///savepoints', 'cancel')
      await master.outcome
      for (const [index, shape] of shapes.entries()) {
        const world = newWorld()
        const isLast = index === shapes.length - 1
        const configuration = checkpointsEvery(isLast ? '10 ms' : '1 h')
        master = await cluster.start({ program: () => jobOf(world, shape), configuration, restore }, 1)
        await until(() => isDeployed(master))
        if (isLast) world.isHeld = false
        else restore = await master.triggerSavepoint('file:///savepoints', 'cancel')
        const { error } = await master.outcome
        assert.equal(isLast ? error?.message : undefined, undefined)
        assert.deepEqual(world.read, [])
        assert.deepEqual(world.totals, [5])
      }
    })
  }
})
