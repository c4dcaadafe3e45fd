// Duty: makes two inputs of the one that an operator of windows has: records say of which stream they are, and time is that of
// both.
// Invariants: a record has the key of its stream.
// Thread: the task worker that owns the operator.
import type { KeySpec } from '../../../api/dag/key-spec.js'
import { TaggedUnion } from '../../../api/datastream/tagged-union.js'
import { CombinedWatermark } from '../operators/combined-watermark.js'
import type { Input, OneInputStreamOperator } from '../operators/stream-operator.js'
import { KeyTypes } from '../operators/two-input/key-types.js'

type AnyTaggedUnion = TaggedUnion<unknown, unknown>

export function taggedInputs(operator: OneInputStreamOperator): readonly [Input, Input] {
  const time = new CombinedWatermark(2, {
    advance: (timestamp) => operator.processWatermark(timestamp),
    emitWatermarkStatus: (status) => {
      operator.processWatermarkStatus(status)
    },
  })
  return [
    {
      processElement: (value, timestamp, keyHash) => {
        operator.processElement(TaggedUnion.one(value), timestamp, keyHash)
      },
      prepareKeys: (keyHashes, start, end) => {
        operator.prepareKeys(keyHashes, start, end)
      },
      processWatermark: (timestamp) => time.onWatermark(timestamp, 0),
      processWatermarkStatus: (status) => time.onStatus(status, 0),
    },
    {
      processElement: (value, timestamp, keyHash) => {
        operator.processElement(TaggedUnion.two(value), timestamp, keyHash)
      },
      prepareKeys: (keyHashes, start, end) => {
        operator.prepareKeys(keyHashes, start, end)
      },
      processWatermark: (timestamp) => time.onWatermark(timestamp, 1),
      processWatermarkStatus: (status) => time.onStatus(status, 1),
    },
  ]
}

/** The key of a tagged record, by the keys of both streams. */
export function taggedKey(first: KeySpec, second: KeySpec, operator: string): KeySpec {
  const types = new KeyTypes(operator)
  return {
    kind: first.kind,
    select: (value) => {
      const tagged = value as AnyTaggedUnion
      const isOne = tagged.isOne()
      const key = isOne ? first.select(tagged.getOne()) : second.select(tagged.getTwo())
      types.note(isOne ? 0 : 1, key, isOne ? first : second)
      return key
    },
  }
}
