// Duty: splits and enumerator state as bytes: the version of the serializer, then what it wrote.
// Invariants: what fails leaves as one error that names the source and what was to be stored or read.
// Thread: any task worker.
import {
  SimpleVersionedSerialization,
  type StoredValue,
} from '../../../api/connector/source/simple-versioned-serialization.js'
import type { Source } from '../../../api/connector/source/source.js'
import type { SourceSplit } from '../../../api/connector/source/source-split.js'
import { hasMethods } from '../../../api/functions/has-methods.js'
import { describeValue } from '../../../core/errors/describe-value.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { RegisteredTypes } from '../../../core/types/registered-types.js'

export type AnySource = Source<unknown, SourceSplit>

export class VersionedBytes<T> extends SimpleVersionedSerialization<T> {
  static ofSplits(source: AnySource, name: string, registered: RegisteredTypes): VersionedBytes<SourceSplit> {
    const describe = (split: SourceSplit | undefined): string =>
      split === undefined ? 'a split' : `the split ${split.splitId()}`
    const stored = storedInSource(name, describe, 'getSplitSerializer()')
    return new VersionedBytes(source.getSplitSerializer?.(), stored, registered)
  }

  static ofEnumeratorState(source: AnySource, name: string, registered: RegisteredTypes): VersionedBytes<unknown> {
    const stored = storedInSource<unknown>(
      name,
      () => 'the state of its enumerator',
      'getEnumeratorCheckpointSerializer()',
    )
    return new VersionedBytes<unknown>(source.getEnumeratorCheckpointSerializer?.(), stored, registered)
  }
}

/** `serializer`: the method of Source that gives it. */
function storedInSource<T>(
  source: string,
  describe: (value: T | undefined) => string,
  serializer: string,
): StoredValue<T> {
  return {
    notSerializable: (value, reason, cause) =>
      new FlinkError('SOURCE_NOT_SERIALIZABLE', { source, what: describe(value), reason, serializer }, { cause }),
    unreadable: (reason, cause) =>
      new FlinkError('SOURCE_STATE_UNREADABLE', { source, what: describe(undefined), reason }, { cause }),
  }
}

/** The id of what a user gave as a split. */
export function splitIdOf(split: unknown, source: string): string {
  const id: unknown = hasMethods(split, 'splitId') ? (split as SourceSplit).splitId() : undefined
  if (typeof id === 'string') return id
  throw new FlinkError('SOURCE_SPLIT_INVALID', { source, split: describeValue(split) })
}
