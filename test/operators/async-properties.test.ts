/**
 * Asynchronous operators with answers in random order, watermarks, snapshots and restores in between, against what a list of the input says;
 * a failure prints its seed.
 */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { OperatorSubtaskState } from '../../src/storage/state-handles.js'
import type { AsyncOutputMode } from '../../src/api/dag/operators/async-spec.js'
import { ASYNC_MODES, AskedFunction, asyncSpec } from './async-case.js'
import { OneInputStreamOperatorTestHarness } from './one-input-stream-operator-test-harness.js'
import { bindingOf, byFirst } from './operator-harness.js'
import { ONE_SLOT, UNLIMITED } from './recording-output.js'
import type { OutputElement } from './stream-elements.js'
import { TestOperatorContext } from './test-operator-context.js'

const RUNS = 300
const KEYS = ['a', 'b', 'c']

type Step =
  | readonly ['record', string, number]
  | readonly ['watermarks', number]
  | readonly ['answer', number]
  | readonly ['snapshot' | 'restore' | 'restart']
/** A record is its key, its number, and how many results it has. */
type Event = readonly [key: string, id: number, results: number]

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.tuple(fc.constant('record' as const), fc.constantFrom(...KEYS), fc.integer({ min: 0, max: 2 })),
  },
  { weight: 3, arbitrary: fc.tuple(fc.constant('watermarks' as const), fc.integer({ min: 1, max: 7 })) },
  { weight: 7, arbitrary: fc.tuple(fc.constant('answer' as const), fc.nat(9)) },
  { weight: 2, arbitrary: fc.constantFrom(['snapshot'] as const, ['restore'] as const, ['restart'] as const) },
)

/** One subtask, its input as a source that goes back would give it, and what came out for good. */
class AsyncRun {
  readonly #mode: AsyncOutputMode
  readonly #capacity: number
  readonly #isNarrow: boolean
  /** The number of a record, or a watermark: the number of the record before it. */
  readonly input: (Event | number)[] = []
  emitted: OutputElement[] = []
  hasRestored = false
  #state: OperatorSubtaskState | undefined
  #inputOfSnapshot = 0
  #emittedOfSnapshot = 0
  #fn = new AskedFunction()
  #answered = new Set<number>()
  #harness: OneInputStreamOperatorTestHarness

  constructor(mode: AsyncOutputMode, capacity: number, isNarrow: boolean) {
    this.#mode = mode
    this.#capacity = capacity
    this.#isNarrow = isNarrow
    this.#harness = this.#make()
  }

  async run(steps: readonly Step[]): Promise<void> {
    await this.#harness.open()
    for (const each of steps) await this.#do(each)
    while (this.#answer(0));
    await this.#harness.finishAndClose()
    this.#collect()
  }

  async #do(next: Step): Promise<void> {
    switch (next[0]) {
      case 'record': {
        const event: Event = [next[1], this.input.length, next[2]]
        this.input.push(event)
        this.#harness.processElement(event, event[1])
        break
      }
      case 'watermarks':
        for (let left = next[1]; left > 0; left -= 1) this.#watermark()
        break
      case 'answer':
        this.#answer(next[1])
        break
      case 'snapshot':
        await this.#snapshot()
        break
      case 'restore':
        await this.#restore()
        break
      case 'restart':
        await this.#snapshot()
        await this.#restore()
    }
    this.#harness.completeTime()
    this.#harness.runEmissions()
    this.#collect()
  }

  #watermark(): void {
    this.#harness.processWatermark(this.input.length)
    this.input.push(this.input.length)
  }

  /** Of those that are asked about; false when there is none. */
  #answer(index: number): boolean {
    const open = this.#fn.inputs.map((_, call) => call).filter((call) => !this.#answered.has(call))
    const call = open[index % Math.max(open.length, 1)]
    if (call === undefined) return false
    this.#answered.add(call)
    const [key, id, results] = this.#fn.inputs[call] as Event
    this.#fn.complete(call, ...Array.from({ length: results }, (_, n) => `${key}${id}.${n}`))
    this.#harness.runEmissions()
    return true
  }

  /** What waits for a place is asked about before a barrier, as the task would wait for that. */
  async #snapshot(): Promise<void> {
    while (this.#harness.context.emissions.holdsInput && this.#answer(0));
    this.#collect()
    this.#state = await this.#harness.snapshot(1)
    this.#collect()
    this.#inputOfSnapshot = this.input.length
    this.#emittedOfSnapshot = this.emitted.length
  }

  async #restore(): Promise<void> {
    await this.#harness.close()
    this.hasRestored = true
    this.input.length = this.#inputOfSnapshot
    this.emitted.length = this.#emittedOfSnapshot
    this.#fn = new AskedFunction()
    this.#answered = new Set()
    this.#harness = this.#make()
    await this.#harness.open(this.#state, this.#state === undefined ? undefined : 1)
  }

  #make(): OneInputStreamOperatorTestHarness {
    const context = new TestOperatorContext({ room: this.#isNarrow ? ONE_SLOT : UNLIMITED })
    const spec = asyncSpec(this.#fn, { outputMode: this.#mode, capacity: this.#capacity, timeoutMs: 1000 })
    return new OneInputStreamOperatorTestHarness(bindingOf(spec, byFirst), context)
  }

  #collect(): void {
    this.emitted.push(...this.#harness.context.output.take())
  }
}

const isEvent = (element: Event | number): element is Event => typeof element !== 'number'
const idOf = (value: unknown): number => Number(/\d+/.exec(String(value))?.[0])

function check(mode: AsyncOutputMode, { input, emitted, hasRestored }: AsyncRun): void {
  const expected = input
    .filter(isEvent)
    .flatMap(([key, id, results]) => Array.from({ length: results }, (_, n) => `${key}${id}.${n}`))
  const values = emitted.flatMap((element) => (element.kind === 'record' ? [String(element.value)] : []))
  if (mode === 'ordered') assert.deepEqual(values, expected)
  else assert.deepEqual([...values].sort(), [...expected].sort())
  if (mode === 'ordered-by-key') {
    for (const key of KEYS) {
      const ofKey = (all: readonly string[]): string[] => all.filter((value) => value.startsWith(key))
      assert.deepEqual(ofKey(values), ofKey(expected))
    }
  }
  // A watermark stands for its place in the input: nothing of before it comes after it, and without a restore nothing of after it before.
  for (const [index, element] of emitted.entries()) {
    if (element.kind !== 'watermark') continue
    for (const [other, result] of emitted.entries()) {
      if (result.kind !== 'record') continue
      if (other > index) assert.ok(idOf(result.value) >= element.timestamp, 'a result is late')
      else if (!hasRestored) assert.ok(idOf(result.value) < element.timestamp, 'a result has passed a watermark')
    }
  }
  const last = input.filter((each) => !isEvent(each)).at(-1)
  if (!hasRestored && last !== undefined) {
    assert.ok(
      emitted.some((each) => each.kind === 'watermark' && each.timestamp === last),
      'a watermark is lost',
    )
  }
}

describe('asynchronous operators have the results of their input, whenever answers, watermarks and restores come:', () => {
  for (const mode of ASYNC_MODES) {
    it(mode, async () => {
      const drawn = fc.tuple(
        fc.array(step, { minLength: 5, maxLength: 40, size: 'max' }),
        fc.integer({ min: 1, max: 5 }),
        fc.boolean(),
      )
      await fc.assert(
        fc.asyncProperty(drawn, async ([steps, capacity, isNarrow]) => {
          const run = new AsyncRun(mode, capacity, isNarrow)
          await run.run(steps)
          check(mode, run)
        }),
        { numRuns: RUNS },
      )
    })
  }
})
