import { NO_REGISTERED_TYPES, type RegisteredTypes } from './registered-types.js'
import { generateRowCodec, type RowCodec } from './row-codec-generator.js'
import type { RowShape } from './row-shape.js'

/** Generated code by kind, for serializers that share it: one function for 64 channels is compiled once and stays hot. */
export class RowCodecs {
  readonly registered: RegisteredTypes
  readonly #byKind = new Map<string, RowCodec>()

  constructor(registered: RegisteredTypes = NO_REGISTERED_TYPES) {
    this.registered = registered
  }

  of(kind: RowShape): RowCodec {
    const key = JSON.stringify(kind)
    const known = this.#byKind.get(key)
    if (known !== undefined) return known
    const codec = generateRowCodec(kind, this.registered)
    this.#byKind.set(key, codec)
    return codec
  }
}
