// Duty: namespaces of an own operator's timers, of which nothing is known but how they are written.
// Invariants: two of them are the same where their bytes are.
// Thread: the task worker that owns the operator.
import { VoidNamespaceSerializer } from '../../../../api/operators/void-namespace.js'
import { DataOutputView } from '../../../../core/memory/data-output-view.js'
import type { TypeSerializer } from '../../../../core/types/type-serializer.js'
import { VOID_NAMESPACES, type NamespaceType } from '../../state/namespace-type.js'

/** Flink's mark of another copy of the package: it writes nothing. */
export function isVoid(serializer: TypeSerializer<unknown>): boolean {
  return serializer === VoidNamespaceSerializer.INSTANCE
}

export function ownNamespaces(serializer: TypeSerializer<unknown>): NamespaceType<unknown> {
  if (isVoid(serializer)) return VOID_NAMESPACES
  const output = new DataOutputView()
  const bytesOf = (namespace: unknown): Uint8Array => {
    output.reset()
    serializer.serialize(namespace, output)
    return output.toBytes()
  }
  return {
    fingerprint: 'OWN',
    serializer,
    hash: (namespace) => bytesOf(namespace).reduce((hash, byte) => (Math.imul(hash, 31) + byte) | 0, 0),
    equals: (left, right) => Buffer.compare(bytesOf(left), bytesOf(right)) === 0,
  }
}
