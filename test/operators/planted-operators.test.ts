/** The harness itself: each operator that is wrong must be found, in the modes that are there to find it. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { KeySpec } from '../../src/api/dag/key-spec.js'
import { BatchingOperator } from './batching-operator.js'
import type { OperatorBinding } from '../../src/graph/program-graph.js'
import type { OperatorContext } from '../../src/runtime/taskmanager/operators/stream-operator.js'
import { specOf } from './engine-operator.js'
import type { ModeName, OperatorCase } from './operator-case.js'
import { bindingOf, byFirst } from './operator-harness.js'
import {
  CountOfKey,
  DeafToDownstream,
  DoneTooEarly,
  EmitsAfterBarrier,
  Endless,
  ForgetfulBuffer,
  ForgetsTimer,
  GreedySource,
  IdleSource,
  IgnoresFullOutput,
  LeavesTimer,
  NeverBegins,
  RepeatsAfterNotDone,
  restoringOneKeyGroup,
  SkippingSource,
  TimerIgnoresFullOutput,
  WatermarkFirst,
} from './planted-operators.js'
import { SortingBuffer, SortingOperator } from './sorting-operator.js'
import { processingTime, record, watermark } from './stream-elements.js'
import { checksOf } from './test-operator.js'
import { SOURCE_MODES } from './test-source.js'

const TIMES = Array.from({ length: 12 }, (_, n) => n)

/** Twelve records that leave with one watermark. */
function sortingCase(
  operatorClass: typeof SortingOperator,
  Buffer: typeof SortingBuffer = SortingBuffer,
): OperatorCase {
  return {
    binding: () => bindingOf(specOf(operatorClass, new Buffer())),
    inputs: [[...TIMES.toReversed().map((n) => record(n, n)), watermark(11), watermark(20)]],
    expected: [...TIMES.map((n) => record(n, n)), watermark(11), watermark(20)],
    slices: true,
    overdraft: 4,
  }
}

/** Twelve records that leave with one timer. */
function timerCase(operatorClass: typeof BatchingOperator): OperatorCase {
  return {
    binding: () => bindingOf(specOf(operatorClass, new SortingBuffer())),
    inputs: [[...TIMES.map((n) => record(n)), processingTime(1200), watermark(1)]],
    expected: [...TIMES.map((n) => record(n, 1100)), watermark(1)],
    slices: true,
  }
}

/** What each mode says that found something. */
async function reportsOf(test: OperatorCase): Promise<ReadonlyMap<ModeName, string>> {
  const reports = new Map<ModeName, string>()
  for (const { mode, run } of checksOf(test)) {
    await run().catch((error: unknown) => reports.set(mode, (error as Error).message))
  }
  return reports
}

const byNothing: KeySpec = { select: () => 0, kind: 'auto' }

const RESTORING: readonly ModeName[] = [
  'restore after every element',
  'restore after every second element',
  'restore while elements wait',
  'restore with another parallelism',
]
const NARROW: readonly ModeName[] = ['output with one slot', 'snapshot asked for between two calls']
const DIFFERENT = /Expected values to be strictly deep-equal/

interface Planted {
  readonly what: string
  readonly test: OperatorCase
  readonly foundIn: readonly ModeName[]
  readonly report: RegExp
}

const PLANTED: readonly Planted[] = [
  {
    what: 'loses a record in its snapshot',
    test: sortingCase(SortingOperator, ForgetfulBuffer),
    foundIn: RESTORING,
    report: DIFFERENT,
  },
  {
    what: 'forwards the watermark before its records',
    test: sortingCase(WatermarkFirst),
    foundIn: ['plain', ...NARROW],
    report: /strictly deep-equal|emitted watermark 11 after watermark 11/,
  },
  {
    what: 'does not ask again for a watermark that was not done downstream',
    test: sortingCase(DeafToDownstream),
    foundIn: ['watermark not done downstream'],
    report: /is done with a watermark that is not done downstream/,
  },
  {
    what: 'does not look whether its output is full',
    test: sortingCase(IgnoresFullOutput),
    foundIn: NARROW,
    report: /emitted 5 elements in one call although its output was full/,
  },
  {
    what: 'emits without end',
    test: sortingCase(Endless),
    foundIn: ['plain', ...NARROW, 'output that is full every other time'],
    report: /in one call although its output was full/,
  },
  {
    what: 'begins again after it was not done',
    test: sortingCase(RepeatsAfterNotDone),
    foundIn: NARROW,
    report: /is not done with watermark 11 after 10000 calls/,
  },
  {
    what: 'says that it is not done without having done anything',
    test: sortingCase(NeverBegins),
    foundIn: ['plain', ...NARROW],
    report: /says in processWatermark that it is not done, and has done nothing/,
  },
  {
    what: 'is done too early',
    test: sortingCase(DoneTooEarly),
    foundIn: NARROW,
    report: /strictly deep-equal|needs several calls/,
  },
  {
    what: 'emits after the barrier what it takes out of its state',
    test: sortingCase(EmitsAfterBarrier),
    foundIn: ['restore after every element', 'restore after every second element'],
    report: DIFFERENT,
  },
  {
    what: 'does not look in a timer whether its output is full',
    test: timerCase(TimerIgnoresFullOutput),
    foundIn: NARROW,
    report: /emitted 5 elements in one call although its output was full/,
  },
  {
    what: 'forgets its timers when it is restored',
    test: timerCase(ForgetsTimer),
    foundIn: RESTORING,
    report: DIFFERENT,
  },
  {
    what: 'leaves a timer at its end',
    test: { ...sortingCase(LeavesTimer), inputs: [[processingTime(5000)]], expected: [], slices: false },
    foundIn: ['plain'],
    report: /a timer is left of/,
  },
  {
    what: 'restores one key group of several',
    test: {
      binding: () => {
        const counting = bindingOf({ kind: 'flat-map', function: new CountOfKey() }, byFirst)
        const factory = {
          createStreamOperator: (_binding: unknown, context: unknown) =>
            restoringOneKeyGroup(counting, context as Parameters<typeof restoringOneKeyGroup>[1]),
        }
        return { ...counting, spec: { kind: 'factory', factory, functions: [] } }
      },
      inputs: [['a', 'c', 'f', 'a', 'c', 'f', 'a', 'c', 'f'].map((key) => record([key, 0]))],
      expected: [1, 2, 3].flatMap((count) => ['a', 'c', 'f'].map((key) => record([key, count]))),
    },
    foundIn: RESTORING,
    report: DIFFERENT,
  },
]

describe('testOperator reports an operator that', () => {
  for (const { what, test, foundIn, report } of PLANTED) {
    it(what, async () => {
      const reports = await reportsOf(test)
      const missed = foundIn.filter((mode) => !report.test(reports.get(mode) ?? ''))
      assert.deepEqual(missed, [], `reported: ${JSON.stringify([...reports])}`)
    })
  }

  it('is right: in no mode', async () => {
    assert.deepEqual([...(await reportsOf(sortingCase(SortingOperator)))], [])
    assert.deepEqual([...(await reportsOf(timerCase(BatchingOperator)))], [])
  })
})

describe('testOperator', () => {
  const doubling: OperatorCase = {
    binding: () => bindingOf({ kind: 'map', function: { map: (value) => Number(value) * 2 } }),
    inputs: [[1, 2, 3, 4, 5, 6].map((n) => record(n))],
    expected: [2, 4, 6, 8, 10, 12].map((n) => record(n)),
  }

  it('compares a mode with results of its own, where the case has some', async () => {
    const reports = await reportsOf({ ...doubling, inMode: { plain: { expected: [] } } })
    assert.deepEqual([...reports.keys()], ['plain'])
  })

  it('leaves out a mode for which the case has a reason', async () => {
    const wrong = { ...doubling, expected: [] }
    const all = [...(await reportsOf(wrong)).keys()]
    const reports = await reportsOf({ ...wrong, inMode: { plain: { leftOut: 'it is wrong' } } })
    assert.deepEqual([...reports.keys()], all.slice(1))
  })

  it('reports a case that cannot show what it says: one key for several subtasks, no watermark that is not done', async () => {
    const oneKey = await reportsOf({ ...doubling, binding: () => ({ ...doubling.binding([]), keys: [byNothing] }) })
    assert.match(oneKey.get('restore with another parallelism') ?? '', /all records of this case go to one subtask/)
    const slicing = await reportsOf({ ...doubling, slices: true })
    assert.match(slicing.get('output with one slot') ?? '', /nothing in this case needs several calls/)
  })
})

describe('testSource reports a source that', () => {
  const expected = Array.from({ length: 100 }, (_, n) => record(n))
  const reportsOfSource = async (binding: () => OperatorBinding): Promise<ReadonlyMap<string, string>> => {
    const reports = new Map<string, string>()
    for (const [mode, run] of Object.entries(SOURCE_MODES)) {
      await run({ binding, expected }).catch((error: unknown) => reports.set(mode, (error as Error).message))
    }
    return reports
  }
  const made = (sourceClass: typeof GreedySource | typeof IdleSource) => (): OperatorBinding => {
    const userFunction = { run: (): number[] => [] }
    const factory = {
      createStreamOperator: (binding: unknown, context: unknown) =>
        new sourceClass(binding as OperatorBinding, context as OperatorContext, userFunction),
    }
    return { ...bindingOf({ kind: 'factory', factory, functions: [userFunction] }), keys: [] }
  }

  it('loses a record in its snapshot', async () => {
    const reports = await reportsOfSource(() => bindingOf({ kind: 'source-function', function: new SkippingSource() }))
    const restoring = Object.keys(SOURCE_MODES).filter((mode) => mode.startsWith('restore'))
    assert.deepEqual([...reports.keys()], restoring)
    for (const report of reports.values()) assert.match(report, DIFFERENT)
  })

  it('does not look whether its output is full', async () => {
    const reports = await reportsOfSource(made(GreedySource))
    assert.match(reports.get('output with one slot') ?? '', /emitted 5 elements in one call/)
  })

  it('has more, it says, and emits nothing', async () => {
    const reports = await reportsOfSource(made(IdleSource))
    assert.match(reports.get('plain') ?? '', /says that it has more, and emits nothing/)
  })
})
