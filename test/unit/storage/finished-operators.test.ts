import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import type { CompletedCheckpoint, OperatorState } from '../../../src/storage/checkpoint-metadata.js'
import { refuseFedFinished } from '../../../src/storage/finished-operators.js'
import type { PlannedOperator } from '../../../src/storage/planned-operator.js'
import { sampleMetadata } from './snapshot-samples.js'

function stored(operatorId: string, fullyFinished: boolean): OperatorState {
  const common = { uid: undefined, name: operatorId, parallelism: 1, maxParallelism: 128 }
  return { ...common, operatorId, fullyFinished, subtasks: [undefined], coordinatorState: undefined }
}

function snapshot(...operators: readonly OperatorState[]): CompletedCheckpoint {
  return {
    metadata: {
      ...sampleMetadata({ kind: 'inline', bytes: new Uint8Array(), crc32c: 0 }, { checkpointId: 1 }),
      operators,
    },
    externalPath: 'file:///savepoint',
  }
}

function planned(operatorId: string, sources: readonly string[], uidHash?: string): PlannedOperator {
  return {
    operatorId,
    uidHash,
    name: `Map ${operatorId}`,
    parallelism: 1,
    maxParallelism: 128,
    maxParallelismDeclared: false,
    keyShape: undefined,
    hasCoordinator: false,
    sources: sources.map((id) => ({ operatorId: id, name: `Source: ${id}` })),
  }
}

function isRefused(error: unknown): boolean {
  if (!FlinkError.is(error, 'FINISHED_OPERATOR_FED')) return false
  const { operator, source } = error.details as { operator: string; source: string }
  return operator === 'Map count' && source === 'Source: new'
}

describe('An operator that had finished', () => {
  const ended = [stored('old', true), stored('count', true)]

  it('may stand after sources that the snapshot knows, whether these had finished or not', () => {
    refuseFedFinished(snapshot(...ended, stored('other', false)), [planned('count', ['old', 'other'])])
  })

  it('is refused after a source that the snapshot does not know, found by its id or by its uid hash', () => {
    assert.throws(() => {
      refuseFedFinished(snapshot(...ended), [planned('count', ['old', 'new'])])
    }, isRefused)
    const renamed = snapshot(stored('old', true), stored('hash', true))
    assert.throws(() => {
      refuseFedFinished(renamed, [planned('count', ['new'], 'hash')])
    }, isRefused)
  })

  it('may stand after a source of which the snapshot has the state under its uid hash', () => {
    const { sources: _, ...count } = planned('count', [])
    const source = { operatorId: 'renamed', uidHash: 'old', name: 'Source' }
    refuseFedFinished(snapshot(...ended), [{ ...count, sources: [source] }])
  })

  it('has nothing to do with operators that had not, that are new, or whose sources nobody knows', () => {
    const running = snapshot(stored('old', true), stored('count', false))
    refuseFedFinished(running, [planned('count', ['new'])])
    refuseFedFinished(snapshot(), [planned('count', ['new'])])
    const { sources: _, ...withoutSources } = planned('count', [])
    refuseFedFinished(snapshot(...ended), [withoutSources])
  })
})
