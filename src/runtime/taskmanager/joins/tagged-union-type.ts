// Duty: how records of windows of two streams are written: each with the number of its stream.
// Thread: any.
import type { PairTypes } from '../../../api/dag/operators/join-spec.js'
import { TaggedUnion } from '../../../api/datastream/tagged-union.js'
import { describeEnclosing, type EnclosingType } from '../../../api/types/enclosing-type.js'
import { serializersOfPair } from './pair-serializers.js'

type AnyTaggedUnion = TaggedUnion<unknown, unknown>

const ONE = 1
const TWO = 2

export function taggedUnionType(types: PairTypes): EnclosingType<AnyTaggedUnion> {
  return {
    description: describeEnclosing('TAGGED', types),
    enclosed: types,
    enclosing: ([first, second]) => taggedUnionType([first, second]),
    keyKind: () => 'auto',
    createSerializer: (registered) => {
      const [first, second] = serializersOfPair(types, registered)
      return {
        serialize: (tagged, output) => {
          output.writeInt8(tagged.isOne() ? ONE : TWO)
          if (tagged.isOne()) first.serialize(tagged.getOne(), output)
          else second.serialize(tagged.getTwo(), output)
        },
        deserialize: (input) =>
          input.readInt8() === ONE
            ? TaggedUnion.one(first.deserialize(input))
            : TaggedUnion.two(second.deserialize(input)),
        copy: (tagged) =>
          tagged.isOne() ? TaggedUnion.one(first.copy(tagged.getOne())) : TaggedUnion.two(second.copy(tagged.getTwo())),
      }
    },
  }
}
