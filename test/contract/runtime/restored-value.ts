import { DataInputView } from '../../../src/core/memory/data-input-view.js'
import { DataOutputView } from '../../../src/core/memory/data-output-view.js'
import type { TypeSerializer } from '../../../src/core/types/type-serializer.js'
import type { KvBatch } from '../../../src/runtime/taskmanager/state/rocksdb/kv-store.js'
import type { RestoreTarget } from '../../../src/runtime/taskmanager/state/rocksdb/restored-entries.js'

/** A value as a savepoint has it. */
export function inputOf<T>(serializer: TypeSerializer<T>, value: T): DataInputView {
  const output = new DataOutputView()
  serializer.serialize(value, output)
  return new DataInputView(output.toBytes())
}

/** What is restored goes into the batch as it comes. */
export function targetOf(batch: KvBatch): RestoreTarget {
  return {
    put: (key, bytes, start, end) => {
      batch.put(key, bytes.subarray(start, end))
    },
  }
}
