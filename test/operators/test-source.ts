/** Runs a bounded source in every way in which a task may run it, as `test-operator.ts` does with other operators. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { OperatorBinding } from '../../src/graph/program-graph.js'
import type { OperatorSubtaskState } from '../../src/storage/state-handles.js'
import { EVERY_OTHER_CALL, ONE_SLOT, UNLIMITED, WATERMARKS_REFUSED, type OutputRoom } from './recording-output.js'
import { SourceOperatorTestHarness } from './source-operator-test-harness.js'
import type { OutputElement } from './stream-elements.js'
import { TestOperatorContext } from './test-operator-context.js'

export interface SourceCase {
  /** A fresh source with a fresh function each time. */
  readonly binding: () => OperatorBinding
  readonly expected: readonly OutputElement[]
  /** What its coordinator says when it has been opened, on a fresh start or with restored state. */
  readonly afterOpen?: (harness: SourceOperatorTestHarness, start: 'fresh' | 'restored') => void
}

type SourceMode = (test: SourceCase) => Promise<void>

export const SOURCE_MODES: Readonly<Record<string, SourceMode>> = {
  plain: (test) => toItsEnd(test, UNLIMITED),
  'output with one slot': (test) => toItsEnd(test, ONE_SLOT),
  'output that is full every other time': (test) => toItsEnd(test, EVERY_OTHER_CALL),
  'watermark not done downstream': (test) => toItsEnd(test, WATERMARKS_REFUSED),
  'restore after every record or few': (test) => restoring(test, ONE_SLOT, 1),
  'restore after every second record or few': (test) => restoring(test, ONE_SLOT, 2),
  'restore after every step': (test) => restoring(test, UNLIMITED, 1),
}

export function testSource(name: string, test: SourceCase): void {
  describe(`${name} has the same results`, () => {
    for (const [mode, run] of Object.entries(SOURCE_MODES)) it(mode, () => run(test))
  })
}

async function toItsEnd(test: SourceCase, room: OutputRoom): Promise<void> {
  const harness = await open(test, room)
  await harness.run()
  await harness.operator.finish()
  await harness.close()
  assert.deepEqual(harness.context.output.emitted, test.expected)
}

/** Begins anew from a snapshot whenever so many elements were emitted. */
async function restoring(test: SourceCase, room: OutputRoom, count: number): Promise<void> {
  const emitted: OutputElement[] = []
  let harness = await open(test, room)
  for (let checkpointId = 1; ; checkpointId += 1) {
    const { output } = harness.context
    const status = await harness.run(() => output.emitted.length >= count)
    const state = await harness.snapshot(checkpointId)
    emitted.push(...output.takeBeforeBarrier())
    await harness.close()
    if (status === 'end') {
      assert.ok(checkpointId > 1, 'this case is at its end before it is restored: give it more records')
      break
    }
    harness = await open(test, room, { state, checkpointId })
  }
  assert.deepEqual(withoutStatus(emitted), withoutStatus(test.expected))
}

interface RestoredSource {
  readonly state: OperatorSubtaskState | undefined
  readonly checkpointId: number
}

async function open(test: SourceCase, room: OutputRoom, restored?: RestoredSource): Promise<SourceOperatorTestHarness> {
  const context = new TestOperatorContext({ room })
  const harness = new SourceOperatorTestHarness(test.binding(), context)
  await harness.open(restored?.state, restored?.checkpointId)
  test.afterOpen?.(harness, restored === undefined ? 'fresh' : 'restored')
  return harness
}

/** Idleness is not state: a restored source starts active. */
function withoutStatus(elements: readonly OutputElement[]): OutputElement[] {
  return elements.filter(({ kind }) => kind !== 'status')
}
