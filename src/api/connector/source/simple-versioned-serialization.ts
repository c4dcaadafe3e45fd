import { ReasonError } from '../../../core/errors/reason-error.js'
import type { FlinkError } from '../../../core/errors/flink-error.js'
import { describeFailure } from '../../../core/errors/syntax-location.js'
import { DataInputView } from '../../../core/memory/data-input-view.js'
import { DataOutputView } from '../../../core/memory/data-output-view.js'
import type { RegisteredTypes } from '../../../core/types/registered-types.js'
import { structuredSerializer } from '../../../core/types/structured-serializer.js'
import { hasMethods } from '../../functions/has-methods.js'
import type { SimpleVersionedSerializer } from './simple-versioned-serializer.js'

const STRUCTURED_VERSION = 0

/** What is said where a value cannot be stored or read. */
export interface StoredValue<T> {
  notSerializable(value: T, reason: string, cause: unknown): FlinkError
  unreadable(reason: string, cause: unknown): FlinkError
}

/**
 * Values of connectors as bytes: the version of the serializer, then what it wrote. Without a serializer a value is written as state of
 * undeclared type. What fails leaves as one error that says what was to be stored or read.
 */
export class SimpleVersionedSerialization<T> {
  readonly #serializer: SimpleVersionedSerializer<T>
  readonly #stored: StoredValue<T>

  constructor(
    serializer: SimpleVersionedSerializer<T> | undefined,
    stored: StoredValue<T>,
    registered: RegisteredTypes,
  ) {
    this.#serializer = serializer ?? structured<T>(registered)
    this.#stored = stored
  }

  write(value: T): Uint8Array {
    try {
      const bytes: unknown = this.#serializer.serialize(value)
      if (!(bytes instanceof Uint8Array)) throw new ReasonError('its serializer gave no Uint8Array')
      const output = new DataOutputView()
      output.writeVarInt(this.#serializer.getVersion())
      output.writeBytes(bytes)
      return output.toBytes()
    } catch (error) {
      throw this.#stored.notSerializable(value, describeFailure(error), error)
    }
  }

  read(bytes: Uint8Array): T {
    try {
      const input = new DataInputView(bytes)
      const version = input.readVarInt()
      const value = this.#serializer.deserialize(version, input.readBytes(input.remaining).slice())
      if (hasMethods(value, 'then')) {
        throw new ReasonError('deserialize of its serializer gave a Promise, and must be synchronous')
      }
      return value
    } catch (error) {
      throw this.#stored.unreadable(describeFailure(error), error)
    }
  }
}

function structured<T>(registered: RegisteredTypes): SimpleVersionedSerializer<T> {
  const serializer = structuredSerializer(registered)
  return {
    getVersion: () => STRUCTURED_VERSION,
    serialize: (value) => {
      const output = new DataOutputView()
      serializer.serialize(value, output)
      return output.toBytes()
    },
    deserialize: (version, bytes) => {
      if (version === STRUCTURED_VERSION) return serializer.deserialize(new DataInputView(bytes)) as T
      throw new ReasonError(
        `it was written with version ${String(version)} of a serializer that the connector has no more`,
      )
    },
  }
}
