import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { OperatorBinding } from '../../../../../src/graph/program-graph.js'
import { StreamMap } from '../../../../../src/runtime/taskmanager/operators/stream-map.js'
import type { OperatorContext } from '../../../../../src/runtime/taskmanager/operators/stream-operator.js'
import { PlayedTask } from './played-task.js'

it('a task that lets its thread go leaves the key of its last record, which no callback is about', async () => {
  const calls: string[] = []
  const map = { map: (value: unknown) => value }
  class Noting extends StreamMap {
    override processElement(value: unknown, timestamp: number, keyHash: number): void {
      calls.push(`record ${String(value)}`)
      super.processElement(value, timestamp, keyHash)
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
  played.upstream.flush()
  calls.length = 0
  played.step()
  assert.deepEqual(calls, ['record 1', 'leaves'])
})
