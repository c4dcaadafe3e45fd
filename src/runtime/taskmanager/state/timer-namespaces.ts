// Duty: the namespaces of the state that a priority queue is kept in: timestamp and the element's own namespace.
// Thread: any.
import { hashKey } from '../../../core/keygroups/canonical-key.js'
import type { NamespaceType } from './namespace-type.js'

export interface TimerNamespace<N> {
  readonly timestamp: number
  readonly namespace: N
}

export function timerNamespaces<N>(inner: NamespaceType<N>): NamespaceType<TimerNamespace<N>> {
  return {
    fingerprint: `TIMER(${inner.fingerprint})`,
    serializer: {
      serialize: ({ timestamp, namespace }, output) => {
        output.writeFloat64(timestamp)
        inner.serializer.serialize(namespace, output)
      },
      deserialize: (input) => ({ timestamp: input.readFloat64(), namespace: inner.serializer.deserialize(input) }),
      copy: (timer) => timer,
    },
    hash: ({ timestamp, namespace }) => Math.imul(hashKey(timestamp, 'auto'), 31) ^ inner.hash(namespace),
    equals: (left, right) => left.timestamp === right.timestamp && inner.equals(left.namespace, right.namespace),
  }
}
