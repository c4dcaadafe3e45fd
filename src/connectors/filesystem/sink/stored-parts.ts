// Duty: what a snapshot of a sink function has of its buckets, as bytes: each part file for itself, so that they are dealt out anew where the
// parallelism changes.
import { ReasonError } from '../../../core/errors/reason-error.js'
import type { CommitRecoverable } from '../../../core/fs/recoverable-writer.js'
import { recoverables } from '../../../core/fs/recoverables.js'
import { DataInputView } from '../../../core/memory/data-input-view.js'
import { DataOutputView } from '../../../core/memory/data-output-view.js'
import {
  bucketTexts,
  readBucketState,
  readVersioned,
  writeBucketState,
  writeVersioned,
  type BucketState,
} from './bucket-state.js'

const VERSION = 1
const IN_PROGRESS = 0
const PENDING = 1

/** A bucket with a file in progress. */
export function storedBucket(bucket: BucketState<string>): Uint8Array {
  const output = begun(IN_PROGRESS)
  writeBucketState(output, bucket, bucketTexts, recoverables)
  return output.toBytes()
}

/** A file that is whole, and not known to be committed. */
export function storedFile(file: CommitRecoverable): Uint8Array {
  const output = begun(PENDING)
  writeVersioned(output, recoverables, file)
  return output.toBytes()
}

export interface StoredParts {
  readonly buckets: readonly BucketState<string>[]
  readonly pendingFiles: readonly CommitRecoverable[]
}

export function storedParts(all: readonly Uint8Array[]): StoredParts {
  const buckets: BucketState<string>[] = []
  const pendingFiles: CommitRecoverable[] = []
  for (const bytes of all) {
    const input = new DataInputView(bytes)
    const version = input.readInt8()
    if (version !== VERSION) throw new ReasonError(`part files of version ${String(version)} are not known`)
    if (input.readInt8() === PENDING) pendingFiles.push(readVersioned(input, recoverables))
    else buckets.push(readBucketState(input, bucketTexts, recoverables))
  }
  return { buckets, pendingFiles }
}

function begun(kind: typeof IN_PROGRESS | typeof PENDING): DataOutputView {
  const output = new DataOutputView()
  output.writeInt8(VERSION)
  output.writeInt8(kind)
  return output
}
