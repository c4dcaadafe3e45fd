// Duty: splits and enumerator state as bytes: the version of the serializer, then what it wrote.
// Invariants: without a serializer of the source's the value is written as state of undeclared type. What fails leaves as one
// error that names the source and what was to be stored or read.
// Thread: any task worker.
import type { SimpleVersionedSerializer } from '../../../api/connector/source/simple-versioned-serializer.js'
import type { Source } from '../../../api/connector/source/source.js'
import type { SourceSplit } from '../../../api/connector/source/source-split.js'
import { hasMethods } from '../../../api/functions/has-methods.js'
import { describeValue } from '../../../core/errors/describe-value.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import { ReasonError } from '../../../core/errors/reason-error.js'
import { describeFailure } from '../../../core/errors/syntax-location.js'
import { DataInputView } from '../../../core/memory/data-input-view.js'
import { DataOutputView } from '../../../core/memory/data-output-view.js'
import type { RegisteredTypes } from '../../../core/types/registered-types.js'
import { structuredSerializer } from '../../../core/types/structured-serializer.js'
import { isThenable } from '../state/thenable.js'

export type AnySource = Source<unknown, SourceSplit>

interface StoredValue<T> {
  readonly source: string
  readonly what: (value: T | undefined) => string
  /** The method of Source that gives the serializer. */
  readonly method: string
}

export class VersionedBytes<T> {
  readonly #serializer: SimpleVersionedSerializer<T>
  readonly #stored: StoredValue<T>

  private constructor(serializer: SimpleVersionedSerializer<T>, stored: StoredValue<T>) {
    this.#serializer = serializer
    this.#stored = stored
  }

  static ofSplits(source: AnySource, name: string, registered: RegisteredTypes): VersionedBytes<SourceSplit> {
    return new VersionedBytes(source.getSplitSerializer?.() ?? structured<SourceSplit>(registered), {
      source: name,
      what: (split) => (split === undefined ? 'a split' : `the split ${split.splitId()}`),
      method: 'getSplitSerializer()',
    })
  }

  static ofEnumeratorState(source: AnySource, name: string, registered: RegisteredTypes): VersionedBytes<unknown> {
    return new VersionedBytes<unknown>(source.getEnumeratorCheckpointSerializer?.() ?? structured(registered), {
      source: name,
      what: () => 'the state of its enumerator',
      method: 'getEnumeratorCheckpointSerializer()',
    })
  }

  write(value: T): Uint8Array {
    const { source, what, method: serializer } = this.#stored
    try {
      const bytes: unknown = this.#serializer.serialize(value)
      if (!(bytes instanceof Uint8Array)) throw new ReasonError('its serializer gave no Uint8Array')
      const output = new DataOutputView()
      output.writeVarInt(this.#serializer.getVersion())
      output.writeBytes(bytes)
      return output.toBytes()
    } catch (error) {
      const details = { source, what: what(value), reason: describeFailure(error), serializer }
      throw new FlinkError('SOURCE_NOT_SERIALIZABLE', details, { cause: error })
    }
  }

  read(bytes: Uint8Array): T {
    try {
      const input = new DataInputView(bytes)
      const version = input.readVarInt()
      const value = this.#serializer.deserialize(version, input.readBytes(input.remaining).slice())
      if (isThenable(value))
        throw new ReasonError('deserialize of its serializer gave a Promise, and must be synchronous')
      return value
    } catch (error) {
      const { source, what } = this.#stored
      const details = { source, what: what(undefined), reason: describeFailure(error) }
      throw new FlinkError('SOURCE_STATE_UNREADABLE', details, { cause: error })
    }
  }
}

const STRUCTURED_VERSION = 0

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
        `it was written with version ${String(version)} of a serializer that the source has no more`,
      )
    },
  }
}

/** The id of what a user gave as a split. */
export function splitIdOf(split: unknown, source: string): string {
  const id: unknown = hasMethods(split, 'splitId') ? (split as SourceSplit).splitId() : undefined
  if (typeof id === 'string') return id
  throw new FlinkError('SOURCE_SPLIT_INVALID', { source, split: describeValue(split) })
}
