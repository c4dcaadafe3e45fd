import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { CheckpointMetadata, OperatorState } from '../../../src/storage/checkpoint-metadata.js'
import { expectedKeyShapes } from '../../../src/storage/expected-keys.js'
import type { PlannedOperator } from '../../../src/storage/planned-operator.js'
import { EMPTY_SUBTASK_STATE, type KeyedStateHandle } from '../../../src/storage/state-handles.js'

const ID = 'a'.repeat(32)

function handle(keyShapes: readonly string[] | undefined): KeyedStateHandle {
  const states = [{ name: 'visits', kind: 'value', typeFingerprint: 'GENERIC', schemaVersion: 0 }] as const
  const bytes = { kind: 'inline', bytes: new Uint8Array(), crc32c: 0 } as const
  return { isDelta: false, keyGroups: { start: 0, end: 1 }, offsets: [0, 0, 0], states, keyShapes, handle: bytes }
}

/** Of an operator each of whose subtasks has a handle with these shapes. */
function metadata(...subtasks: readonly (readonly string[] | undefined)[]): CheckpointMetadata {
  const operator: OperatorState = {
    operatorId: ID,
    uid: 'u',
    name: 'Old name',
    parallelism: subtasks.length,
    maxParallelism: 128,
    fullyFinished: false,
    subtasks: subtasks.map((shapes) => ({ ...EMPTY_SUBTASK_STATE, managedKeyed: [handle(shapes)] })),
  }
  const header = { engineVersion: '1', jobId: ID, jobName: 'j', checkpointId: 1, timestamp: 0, isSavepoint: true }
  return { ...header, operators: [operator] }
}

function plan(keyShape: string | undefined): PlannedOperator[] {
  const facts = { parallelism: 1, maxParallelism: 128, maxParallelismDeclared: false, hasCoordinator: false }
  return [{ operatorId: ID, name: 'Count', ...facts, keyShape }]
}

describe('the shapes of keys that a run expects', () => {
  it('are those of all subtasks of the snapshot', () => {
    const expected = expectedKeyShapes(metadata(['string'], ['number', 'string']), plan(undefined))
    assert.deepEqual([...expected], [[ID, ['number', 'string']]])
  })

  it('are not known where an older format did not say them, there are none, or GENERIC is declared', () => {
    for (const [snapshot, keyShape] of [
      [metadata(['string'], undefined), 'number'],
      [metadata([]), 'number'],
      [metadata(), 'number'],
      [metadata(['string']), 'any'],
    ] as const) {
      assert.equal(expectedKeyShapes(snapshot, plan(keyShape)).size, 0)
    }
  })

  it('are refused before anything runs where another type is declared, with both shapes', () => {
    assert.throws(() => expectedKeyShapes(metadata(['number']), plan('string')), {
      code: 'STATE_TYPE_INCOMPATIBLE',
      message:
        /^State 'visits' of Count cannot be restored: .* keys of the type number, and now .* type string\..*uid.*GENERIC/,
    })
    for (const keyShape of ['string', 'number']) {
      assert.equal(expectedKeyShapes(metadata(['number', 'string']), plan(keyShape)).size, 1)
    }
  })
})
