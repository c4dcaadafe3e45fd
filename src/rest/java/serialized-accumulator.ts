import { classes, double, END, long, NULL, OBJECT, STREAM_HEADER, text } from './object-stream.js'
import { throwableObject, type JavaThrowable } from './serialized-throwable.js'

/** What an accumulator has come to, or why it has come to nothing. */
export type AccumulatorOutcome = { readonly value: number | bigint | string } | { readonly failure: JavaThrowable }

const NUMBER = { name: 'java.lang.Number', serialVersionUid: -8742448824652078965n, fields: [] } as const
const LONG = { name: 'java.lang.Long', serialVersionUid: 4290774380558885855n, fields: [['J', 'value']] } as const
const DOUBLE = { name: 'java.lang.Double', serialVersionUid: -9172774392245257468n, fields: [['D', 'value']] } as const

const OPTIONAL_FAILURE = classes({
  name: 'org.apache.flink.util.OptionalFailure',
  serialVersionUid: 1n,
  hasWriteMethod: true,
  fields: [['L', 'failureCause', text('Ljava/lang/Throwable;')]],
})
/** The class, the type of its field, the object. */
const WRITTEN_BEFORE_FAILURE = 3

/** Base64 of an instance of `org.apache.flink.util.OptionalFailure`, as Flink's client reads results of accumulators. */
export function serializedAccumulator(outcome: AccumulatorOutcome): string {
  const [failure, value] =
    'failure' in outcome
      ? [throwableObject(outcome.failure, WRITTEN_BEFORE_FAILURE), NULL]
      : [NULL, valueObject(outcome.value)]
  return Buffer.concat([STREAM_HEADER, OBJECT, OPTIONAL_FAILURE, failure, value, END]).toString('base64')
}

/** Whole numbers are Longs as far as they go, others Doubles. */
function valueObject(value: number | bigint | string): Buffer {
  if (typeof value === 'string') return text(value)
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    return Buffer.concat([OBJECT, classes(DOUBLE, NUMBER), double(value)])
  }
  const whole = BigInt(value)
  if (BigInt.asIntN(64, whole) !== whole) return text(whole.toString())
  return Buffer.concat([OBJECT, classes(LONG, NUMBER), long(whole)])
}
