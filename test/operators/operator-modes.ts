/**
 * The ways in which every operator is run. A mode says how much room the output has, in which order the elements come, what
 * happens between them, and how its results are compared with those that the case expects.
 */
import assert from 'node:assert/strict'
import { SeededRandom } from '../../src/core/random/seeded-random.js'
import type { ModeName, OperatorCase } from './operator-case.js'
import { inSteps, inTurns, shuffled } from './input-order.js'
import type { OperatorRun } from './operator-run.js'
import { EVERY_OTHER_CALL, ONE_SLOT, UNLIMITED, WATERMARKS_REFUSED, type OutputRoom } from './recording-output.js'
import { anyOrder, betweenGivenWatermarks, exactly, withinWatermarks, type Comparison } from './result-comparison.js'
import type { ElementOfInput } from './stream-elements.js'

const ORDER_SEEDS = [1, 2, 3, 4, 5]

export interface OperatorMode {
  /** False for a case about which the mode says nothing that `plain` does not. */
  readonly isOfUse: (test: OperatorCase) => boolean
  readonly room: OutputRoom
  /** The orders in which the elements come, a run each. */
  readonly orders: (test: OperatorCase) => readonly ElementOfInput[][]
  readonly compare: Comparison
  /** Gives the elements to the operator; the end of the inputs follows. */
  readonly drive: (run: OperatorRun) => Promise<void>
}

const PLAIN: OperatorMode = {
  isOfUse: () => true,
  room: UNLIMITED,
  orders: ({ inputs }) => [inTurns(inputs)],
  compare: exactly,
  drive: oneByOne,
}

export const OPERATOR_MODES: Readonly<Record<ModeName, OperatorMode>> = {
  plain: PLAIN,

  'snapshot after every element': {
    ...PLAIN,
    drive: (run) => afterEach(run, 1, () => run.snapshot()),
  },

  'restore after every element': {
    ...PLAIN,
    drive: async (run) => {
      await run.snapshotAndRestore()
      await afterEach(run, 1, () => run.snapshotAndRestore())
    },
  },

  'restore after every second element': {
    ...PLAIN,
    drive: (run) => afterEach(run, 2, () => run.snapshotAndRestore()),
  },

  'restore at the end': {
    ...PLAIN,
    drive: async (run) => {
      await oneByOne(run)
      await run.snapshotAndRestore()
    },
  },

  'output with one slot': { ...PLAIN, room: ONE_SLOT },

  'output that is full every other time': { ...PLAIN, room: EVERY_OTHER_CALL },

  'watermark not done downstream': { ...PLAIN, room: WATERMARKS_REFUSED },

  'snapshot asked for between two calls': {
    ...PLAIN,
    isOfUse: ({ slices }) => slices === true,
    room: ONE_SLOT,
    drive: snapshotOnNotDone,
  },

  'elements arrive while the operator waits': {
    ...PLAIN,
    drive: async (run) => {
      for (const each of run.elements) run.push(each)
    },
  },

  'restore while elements wait': {
    ...PLAIN,
    drive: async (run) => {
      for (const [index, each] of run.elements.entries()) {
        run.push(each)
        if (index % 3 === 2) await run.snapshotAndRestore()
      }
    },
  },

  'restore with another parallelism': { ...PLAIN, compare: withinWatermarks, drive: rescaled },

  'watermarks in steps of 1': {
    ...PLAIN,
    isOfUse: ({ inputs }) => inputs.flat().some(({ kind }) => kind === 'watermark'),
    orders: ({ inputs }) => [inSteps(inTurns(inputs))],
    compare: betweenGivenWatermarks,
  },

  'inputs in another order': {
    ...PLAIN,
    isOfUse: ({ anyOrderOfInputs }) => anyOrderOfInputs === true,
    orders: ({ inputs }) => ORDER_SEEDS.map((seed) => shuffled(inputs, new SeededRandom(seed))),
    compare: anyOrder,
  },
}

async function oneByOne(run: OperatorRun): Promise<void> {
  for (const each of run.elements) await run.process(each)
}

/** The action is taken without waiting for what an element has begun: a task may do that too. */
async function afterEach(run: OperatorRun, count: number, action: () => Promise<void>): Promise<void> {
  for (const [index, each] of run.elements.entries()) {
    run.push(each)
    if (index % count === count - 1) await action()
    await run.resumed()
  }
}

/** A checkpoint that is asked for while a watermark is not done waits until it is. */
async function snapshotOnNotDone(run: OperatorRun): Promise<void> {
  let asked = 0
  for (const each of run.elements) {
    let isAsked = false
    await run.process(each, () => {
      isAsked = true
    })
    if (!isAsked) continue
    asked += 1
    await run.snapshotAndRestore()
  }
  assert.ok(asked > 0, 'nothing in this case needs several calls')
}

/** A third of the elements with each parallelism. */
async function rescaled(run: OperatorRun): Promise<void> {
  const third = Math.ceil(run.elements.length / 3)
  for (const [index, each] of run.elements.entries()) {
    if (index > 0 && index % third === 0) await run.snapshotAndRestore(index / third + 1)
    await run.process(each)
  }
  assert.ok(run.spread > 1, 'all records of this case go to one subtask: give it more keys')
}
