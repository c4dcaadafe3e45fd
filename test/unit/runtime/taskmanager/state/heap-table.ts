import type { TypeSerializer } from '../../../../../src/core/types/type-serializer.js'
import { HeapStateTable } from '../../../../../src/runtime/taskmanager/state/heap-state-table.js'
import type { KeyContext } from '../../../../../src/runtime/taskmanager/state/key-context.js'
import { VOID_NAMESPACES } from '../../../../../src/runtime/taskmanager/state/namespace-type.js'
import { NewKeys } from '../../../../../src/runtime/taskmanager/state/new-keys.js'

/** Of a value state without namespaces, for all key groups. */
export function heapTable(context: KeyContext, serializer: TypeSerializer<unknown>): HeapStateTable {
  return new HeapStateTable(
    {
      metadata: { name: 's', kind: 'value', typeFingerprint: 'GENERIC', schemaVersion: 0 },
      serializer,
      namespaces: VOID_NAMESPACES,
      readerOf: () => undefined,
    },
    {
      operatorName: 'op',
      keyGroups: { start: 0, end: 127 },
      maxParallelism: 128,
      keyKind: 'auto',
      newKeys: new NewKeys('op', 'auto'),
      context,
    },
  )
}
