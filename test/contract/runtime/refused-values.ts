import assert from 'node:assert/strict'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import type { KvBatch } from '../../../src/runtime/taskmanager/state/rocksdb/kv-store.js'
import type { StoredForm } from '../../../src/runtime/taskmanager/state/rocksdb/stored-form.js'

/** Of a value that no state class makes, nothing comes into the batch. */
export function assertTextIsRefused(form: StoredForm, prefix: Uint8Array, batch: KvBatch): void {
  const write = (): void => {
    form.write(prefix, 'text', batch)
  }
  assert.throws(write, (error) => FlinkError.is(error, 'ASSERTION_FAILED'))
  assert.equal(batch.sizeBytes, 0)
}
