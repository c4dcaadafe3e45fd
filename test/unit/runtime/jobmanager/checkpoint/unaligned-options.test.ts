import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { CheckpointOptions } from '../../../../../src/runtime/protocol/checkpoint-options.js'
import { CoordinatorHarness, turn } from './coordinator-harness.js'

type Barriers = Pick<CheckpointOptions, 'kind' | 'unaligned' | 'alignedTimeoutMs'> | undefined

async function barriersOf(
  alignedTimeoutMs: number | undefined,
  trigger: (harness: CoordinatorHarness) => Promise<unknown>,
): Promise<Barriers> {
  const unaligned = alignedTimeoutMs === undefined ? undefined : { alignedTimeoutMs }
  const harness = new CoordinatorHarness({ unaligned })
  trigger(harness).catch(() => undefined)
  await turn()
  const { kind, unaligned: overtakes, ...others } = harness.optionsOf(1) ?? assert.fail('nothing was triggered')
  const timeout = 'alignedTimeoutMs' in others ? { alignedTimeoutMs: others.alignedTimeoutMs ?? -1 } : {}
  return { kind, unaligned: overtakes, ...timeout }
}

describe('the barriers of a checkpoint', () => {
  it('overtake where checkpoints are unaligned, at once or after the time that they are aligned', async () => {
    const periodic = (harness: CoordinatorHarness): Promise<unknown> => harness.coordinator.triggerCheckpoint()
    assert.deepEqual(await barriersOf(undefined, periodic), { kind: 'checkpoint', unaligned: false })
    assert.deepEqual(await barriersOf(0, periodic), { kind: 'checkpoint', unaligned: true })
    assert.deepEqual(await barriersOf(30, periodic), { kind: 'checkpoint', unaligned: false, alignedTimeoutMs: 30 })
  })

  it('never do in a savepoint, nor where the job ends with it', async () => {
    for (const end of [undefined, 'suspend', 'drain', 'cancel'] as const) {
      const barriers = await barriersOf(0, ({ coordinator }) => coordinator.triggerSavepoint('file:/sp', end))
      assert.deepEqual(barriers, { kind: 'savepoint', unaligned: false })
    }
    const last = await barriersOf(30, ({ coordinator }) => coordinator.triggerCheckpoint('suspend'))
    assert.deepEqual(last, { kind: 'checkpoint', unaligned: false })
  })
})
