// Duty: the serializers of the records of two streams, declared or not.
// Thread: any.
import type { PairTypes } from '../../../api/dag/operators/join-spec.js'
import type { RegisteredTypes } from '../../../core/types/registered-types.js'
import { structuredSerializer } from '../../../core/types/structured-serializer.js'
import type { TypeSerializer } from '../../../core/types/type-serializer.js'

type PairSerializers = readonly [first: TypeSerializer<unknown>, second: TypeSerializer<unknown>]

export function serializersOfPair([first, second]: PairTypes, registered?: RegisteredTypes): PairSerializers {
  return [
    first?.createSerializer(registered) ?? structuredSerializer(registered),
    second?.createSerializer(registered) ?? structuredSerializer(registered),
  ]
}
