import type { RegisteredTypes } from '../../core/types/registered-types.js'
import { RowCodecs } from '../../core/types/row-codecs.js'
import { rowStreamSerializer } from '../../core/types/row-stream-serializer.js'
import type { TypeSerializer } from '../../core/types/type-serializer.js'
import { DeclaredType } from './declared-type.js'
import type { TypeInformation } from './type-information.js'

/**
 * Makes the serializers of the ends of streams of one type. What was declared is known at both ends from the first record
 * on, else the shapes of the records are learned; a type of the user's own brings its serializer.
 */
export function streamSerializers(
  type: TypeInformation<unknown> | undefined,
  registered: RegisteredTypes,
): () => TypeSerializer<unknown> {
  if (type === undefined) {
    const codecs = new RowCodecs(registered)
    return () => rowStreamSerializer({ codecs })
  }
  if (type instanceof DeclaredType) return type.streamSerializers(registered)
  return () => type.createSerializer(registered)
}
