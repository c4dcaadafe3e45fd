// Duty: how records of windows with an evictor are written: each with its timestamp.
// Thread: any.
import { describeEnclosing, type EnclosingType } from '../../../api/types/enclosing-type.js'
import type { TypeInformation } from '../../../api/types/type-information.js'
import { TimestampedValue } from '../../../api/windowing/evictors/timestamped-value.js'
import { structuredSerializer } from '../../../core/types/structured-serializer.js'

/** `element`: of the record, where it is declared. */
export function timestampedValueType(
  element: TypeInformation<unknown> | undefined,
): EnclosingType<TimestampedValue<unknown>> {
  return {
    description: describeEnclosing('TIMESTAMPED', [element]),
    enclosed: [element],
    enclosing: ([other]) => timestampedValueType(other),
    keyKind: () => 'auto',
    createSerializer: (registered) => {
      const values = element?.createSerializer(registered) ?? structuredSerializer(registered)
      return {
        serialize: (timestamped, output) => {
          output.writeFloat64(timestamped.getTimestamp())
          values.serialize(timestamped.getValue(), output)
        },
        deserialize: (input) => {
          const timestamp = input.readFloat64()
          return new TimestampedValue(values.deserialize(input), timestamp)
        },
        copy: (timestamped) => new TimestampedValue(values.copy(timestamped.getValue()), timestamped.getTimestamp()),
      }
    },
  }
}
