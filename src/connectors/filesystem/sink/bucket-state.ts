import type { SimpleVersionedSerializer } from '../../../api/connector/source/simple-versioned-serializer.js'
import type { RecoverableSerializer, ResumeRecoverable } from '../../../core/fs/recoverable-writer.js'
import type { DataInputView } from '../../../core/memory/data-input-view.js'
import type { DataOutputView } from '../../../core/memory/data-output-view.js'

/** What a snapshot has of a bucket whose part file goes on. */
export interface BucketState<BucketID> {
  readonly bucketId: BucketID
  readonly bucketPath: string
  /** Ms since the epoch. */
  readonly creationTime: number
  readonly inProgressFile: ResumeRecoverable
}

/** Ids of buckets that are texts. */
export const bucketTexts: SimpleVersionedSerializer<string> = {
  getVersion: () => 0,
  serialize: (text) => new TextEncoder().encode(text),
  deserialize: (_version, bytes) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes),
}

export function writeVersioned<T>(
  output: DataOutputView,
  serializer: { getVersion(): number; serialize(value: T): Uint8Array },
  value: T,
): void {
  const bytes = serializer.serialize(value)
  output.writeVarInt(serializer.getVersion())
  output.writeVarInt(bytes.length)
  output.writeBytes(bytes)
}

export function readVersioned<T>(
  input: DataInputView,
  serializer: { deserialize(version: number, bytes: Uint8Array): T },
): T {
  const version = input.readVarInt()
  return serializer.deserialize(version, input.readBytes(input.readVarInt()).slice())
}

export function writeBucketState<BucketID>(
  output: DataOutputView,
  { bucketId, bucketPath, creationTime, inProgressFile }: BucketState<BucketID>,
  bucketIds: SimpleVersionedSerializer<BucketID>,
  files: RecoverableSerializer,
): void {
  writeVersioned(output, bucketIds, bucketId)
  output.writeUtf8(bucketPath)
  output.writeFloat64(creationTime)
  writeVersioned(output, files, inProgressFile)
}

export function readBucketState<BucketID>(
  input: DataInputView,
  bucketIds: SimpleVersionedSerializer<BucketID>,
  files: RecoverableSerializer,
): BucketState<BucketID> {
  return {
    bucketId: readVersioned(input, bucketIds),
    bucketPath: input.readUtf8(),
    creationTime: input.readFloat64(),
    inProgressFile: readVersioned(input, files),
  }
}
