import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { OperatorBinding } from '../../../../../src/graph/program-graph.js'
import { StreamMap } from '../../../../../src/runtime/taskmanager/operators/stream-map.js'
import type { OperatorContext } from '../../../../../src/runtime/taskmanager/operators/stream-operator.js'
import { testBarrier } from '../test-barriers.js'
import { PlayedTask } from './played-task.js'

/** Started, in front of a record; what happens to its operator from then on. */
async function noted(): Promise<{ readonly played: PlayedTask; readonly calls: string[] }> {
  const calls: string[] = []
  const map = { map: (value: unknown) => value }
  class Noting extends StreamMap {
    override processElement(value: unknown, timestamp: number, keyHash: number): void {
      calls.push(`record ${String(value)}`)
      super.processElement(value, timestamp, keyHash)
    }
    override prepareSnapshotPreBarrier(checkpointId: number): Promise<void> {
      calls.push('checkpoint')
      return super.prepareSnapshotPreBarrier(checkpointId)
    }
    override leaveKey(): void {
      calls.push('leaves')
      super.leaveKey()
    }
  }
  const factory = {
    createStreamOperator: (binding: unknown, context: unknown) =>
      new Noting(binding as OperatorBinding, context as OperatorContext, map),
  }
  const played = await PlayedTask.started({ place: 'map', operator: { kind: 'factory', factory, functions: [map] } })
  played.upstream.writeRecord(1, 0, 0)
  calls.length = 0
  return { played, calls }
}

describe('A task leaves the key of its last record', () => {
  it('when it lets its thread go: no callback is about it', async () => {
    const { played, calls } = await noted()
    played.upstream.flush()
    played.step()
    assert.deepEqual(calls, ['record 1', 'leaves'])
  })

  it('before a checkpoint that begins in the same turn', async () => {
    const { played, calls } = await noted()
    played.upstream.writeBarrier(testBarrier(1))
    played.upstream.flush()
    played.step()
    assert.deepEqual(calls.slice(0, 3), ['record 1', 'leaves', 'checkpoint'])
  })
})
