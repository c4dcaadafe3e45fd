import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { CheckpointState, type CheckpointQuestion } from '../../../src/client/checkpoint-state.js'
import { valueReaderOf } from '../../../src/client/queried-values.js'
import { Configuration } from '../../../src/core/config/configuration.js'
import { loadKvDriver } from '../../../src/runtime/taskmanager/state/rocksdb/drivers/load-kv-driver.js'
import { openSnapshot } from '../../../src/storage/snapshot-locator.js'
import { FIXTURES, servicesIn, temporaryDirectory } from '../state-processor/snapshot-fixtures.js'

const CHECKPOINT = path.join(FIXTURES, 'disk/v6/rocksdb-checkpoint/chk-2')
/** Why RocksDB is not there, where it is not. */
const MISSING = await loadKvDriver('rocksdb').then(
  () => false,
  (error: unknown) => String(error),
)

describe('State of a checkpoint in files that only the backend reads', { skip: MISSING }, () => {
  it('is copied once, however many ask at a time, and the copy is gone when all have their answer', async (t) => {
    const directory = await temporaryDirectory(t)
    const { metadata } = await openSnapshot(CHECKPOINT, servicesIn(directory).fileSystems)
    const operator = metadata.operators.find(({ subtasks }) => subtasks[0]?.managedKeyed[0]?.backendFiles)
    const state = operator?.subtasks[0]?.managedKeyed[0]?.states.find(({ kind }) => kind === 'value')
    assert.ok(operator !== undefined && state !== undefined)
    const question: CheckpointQuestion = {
      state: {
        name: 'asked',
        'operator-id': operator.operatorId,
        'operator-name': operator.name,
        state: state.name,
        kind: state.kind,
        type: state.typeFingerprint,
        'schema-version': 0,
        'key-kind': 'auto',
        'max-parallelism': operator.maxParallelism,
      },
      keys: Array.from({ length: 5 }, (_, n) => [`key ${String(n)}`, n]),
      readerFor: (each) => valueReaderOf(each, undefined, 'asked'),
    }
    const configuration = Configuration.fromMap({ 'io.tmp.dirs': directory })
    const seenWhile = async (count: number): Promise<number> => {
      const seen = new Set<string>()
      const checkpoints = new CheckpointState(configuration)
      let left = count
      const asked = Array.from({ length: count }, async () => {
        const { checkpointId } = await checkpoints.at(CHECKPOINT, question)
        assert.equal(checkpointId, 2)
        left -= 1
      })
      while (left > 0) {
        for (const name of readdirSync(directory)) seen.add(name)
        await new Promise((resolve) => setImmediate(resolve))
      }
      await Promise.all(asked)
      assert.deepEqual(readdirSync(directory), [])
      return seen.size
    }
    const ofOne = await seenWhile(1)
    const ofFour = await seenWhile(4)
    assert.ok(ofOne > 0 && ofFour < 2 * ofOne, `${String(ofFour)} and ${String(ofOne)}`)
  })
})
