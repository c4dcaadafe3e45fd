import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { OperatorBinding } from '../../src/graph/program-graph.js'
import type { OperatorSubtaskState } from '../../src/storage/state-handles.js'
import { MemoryStreams } from '../contract/runtime/state-backend-streams.js'
import { OneInputOperatorHarness, SourceOperatorHarness } from './operator-harness.js'
import { TestOperatorContext, type Emitted } from './test-operator-context.js'

export interface OneInputCase {
  /** A fresh operator with a fresh function each time. */
  readonly binding: () => OperatorBinding
  readonly input: readonly (readonly [value: unknown, timestamp: number])[]
  /** What it emits; for a sink what the function received. */
  readonly expected: readonly unknown[]
  /** For operators whose results do not leave through the output. */
  readonly results?: () => readonly unknown[]
}

const IDEA = `results are the same plain, with snapshot and restore between every two elements, and over a slow output`

/** Runs a one-input operator in every way in which a task may run it; the results must be the same. */
export function testOneInputOperator(name: string, test: OneInputCase): void {
  describe(`${name}: ${IDEA}`, () => {
    const check = (emitted: readonly Emitted[], earlier: readonly unknown[]): void => {
      const results = test.results === undefined ? emitted : test.results().slice(earlier.length)
      assert.deepEqual(results, test.expected)
    }

    it('plain', async () => {
      const earlier = [...(test.results?.() ?? [])]
      const harness = await new OneInputOperatorHarness(test.binding(), new TestOperatorContext()).open()
      for (const [value, timestamp] of test.input) {
        harness.processElement(value, timestamp)
        await harness.context.resumed()
      }
      await harness.finishAndClose()
      check(harness.context.output.emitted, earlier)
    })

    it('with snapshot and restore between every two elements', async () => {
      const earlier = [...(test.results?.() ?? [])]
      const emitted: Emitted[] = []
      let state: OperatorSubtaskState | undefined
      let checkpointId: number | undefined
      let harness = await new OneInputOperatorHarness(test.binding(), new TestOperatorContext()).open()
      for (const [value, timestamp] of test.input) {
        harness.processElement(value, timestamp)
        state = await harness.snapshot((checkpointId ?? 0) + 1)
        checkpointId = (checkpointId ?? 0) + 1
        await harness.context.resumed()
        emitted.push(...harness.context.output.emitted)
        await harness.operator.close()
        harness = await new OneInputOperatorHarness(test.binding(), new TestOperatorContext()).open(state, checkpointId)
      }
      await harness.finishAndClose()
      emitted.push(...harness.context.output.emitted)
      check(emitted, earlier)
    })

    it('with elements that arrive while the operator still waits for an earlier one', async () => {
      const earlier = [...(test.results?.() ?? [])]
      const harness = await new OneInputOperatorHarness(test.binding(), new TestOperatorContext({ slots: 1 })).open()
      for (const [value, timestamp] of test.input) harness.processElement(value, timestamp)
      await harness.finishAndClose()
      check(harness.context.output.emitted, earlier)
    })
  })
}

export interface SourceCase {
  readonly binding: () => OperatorBinding
  readonly expected: readonly unknown[]
}

/** Runs a bounded source in every way in which a task may run it. */
export function testSource(name: string, test: SourceCase): void {
  describe(`${name}: ${IDEA}`, () => {
    it('plain', async () => {
      const harness = await new SourceOperatorHarness(test.binding(), new TestOperatorContext()).open()
      await harness.run()
      await harness.operator.close()
      assert.deepEqual(harness.context.output.emitted, test.expected)
    })

    it('with an output that takes one record at a time', async () => {
      const harness = await new SourceOperatorHarness(test.binding(), new TestOperatorContext({ slots: 1 })).open()
      await harness.run()
      await harness.operator.close()
      assert.deepEqual(harness.context.output.emitted, test.expected)
    })

    it('with snapshot and restore after every record or few', async () => {
      const { emitted } = await runWithRestores(test)
      assert.deepEqual(withoutStatus(emitted), withoutStatus(test.expected as readonly Emitted[]))
    })
  })
}

/** Idleness is not state: a restored source starts active. */
function withoutStatus(elements: readonly Emitted[]): Emitted[] {
  return elements.filter(([kind]) => kind !== 'status')
}

async function runWithRestores(test: SourceCase): Promise<{ readonly emitted: Emitted[] }> {
  const emitted: Emitted[] = []
  let harness = await new SourceOperatorHarness(test.binding(), new TestOperatorContext({ slots: 1 })).open()
  for (let checkpointId = 1; checkpointId < 10_000; checkpointId += 1) {
    const { operator, context } = harness
    const ended = await stepUntilEmitted(harness)
    await operator.prepareSnapshotPreBarrier(checkpointId)
    // The barrier: what was emitted until here belongs to the snapshot, what follows is lost with the operator.
    const before = context.output.emitted.length
    const state = await completeSnapshot(harness, checkpointId)
    emitted.push(...context.output.emitted.slice(0, before))
    await operator.close()
    if (ended) return { emitted }
    harness = await new SourceOperatorHarness(test.binding(), new TestOperatorContext({ slots: 1 })).open(
      state,
      checkpointId,
    )
  }
  throw new Error('the source did not end')
}

/** True when the source has ended. An asynchronous one may need some turns for its next record. */
async function stepUntilEmitted(harness: SourceOperatorHarness): Promise<boolean> {
  for (let steps = 0; steps < 100; steps += 1) {
    if ((await harness.step()) === 'end') return true
    if (harness.context.output.emitted.length > 0) return false
  }
  throw new Error('the source emitted nothing')
}

async function completeSnapshot(
  harness: SourceOperatorHarness,
  checkpointId: number,
): Promise<OperatorSubtaskState | undefined> {
  const streams = new MemoryStreams()
  const request = { checkpointId, timestamp: 1, isSavepoint: false, streams }
  const future = await harness.operator.snapshotState(request)
  return future.complete()
}
