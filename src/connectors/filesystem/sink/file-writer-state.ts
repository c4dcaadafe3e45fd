import { createHash } from 'node:crypto'
import type { SimpleVersionedSerializer } from '../../../api/connector/source/simple-versioned-serializer.js'
import { ReasonError } from '../../../core/errors/reason-error.js'
import type { RecoverableSerializer, ResumeRecoverable } from '../../../core/fs/recoverable-writer.js'
import { DataInputView } from '../../../core/memory/data-input-view.js'
import { DataOutputView } from '../../../core/memory/data-output-view.js'
import { readBucketState, writeBucketState, type BucketState } from './bucket-state.js'

/** Of a writer: a state for itself, and one for each of its buckets with a file in progress. */
export type FileWriterState<BucketID> =
  | { readonly kind: 'bucket'; readonly bucket: BucketState<BucketID> }
  | { readonly kind: 'writer'; readonly writer: WriterIdentity }

export interface WriterIdentity {
  readonly jobId: string
  readonly writerId: string
  /** Files of the writer with this number, or a greater one, are in no snapshot. */
  readonly nextNumber: number
}

const VERSION = 1
const WRITER = 0
const BUCKET = 1
/** Of the 32 digits of a writer's id: those that its predecessor and the checkpoint decide. The others are random. */
const DERIVED_DIGITS = 24

export function fileWriterStates<BucketID>(
  bucketIds: SimpleVersionedSerializer<BucketID>,
  files: RecoverableSerializer,
): SimpleVersionedSerializer<FileWriterState<BucketID>> {
  return {
    getVersion: () => VERSION,
    serialize: (state) => {
      const output = new DataOutputView()
      output.writeInt8(state.kind === 'writer' ? WRITER : BUCKET)
      if (state.kind === 'bucket') writeBucketState(output, state.bucket, bucketIds, files)
      else {
        const { jobId, writerId, nextNumber } = state.writer
        output.writeUtf8(jobId)
        output.writeUtf8(writerId)
        output.writeFloat64(nextNumber)
      }
      return output.toBytes()
    },
    deserialize: (version, bytes) => {
      if (version !== VERSION) throw new ReasonError(`writers of version ${String(version)} are not known`)
      const input = new DataInputView(bytes)
      if (input.readInt8() === BUCKET) return { kind: 'bucket', bucket: readBucketState(input, bucketIds, files) }
      const [jobId, writerId] = [input.readUtf8(), input.readUtf8()]
      return { kind: 'writer', writer: { jobId, writerId, nextNumber: input.readFloat64() } }
    },
  }
}

/** What the ids of all writers begin with that go on from this state. */
export function successorPrefix({ jobId, writerId, nextNumber }: WriterIdentity, checkpointId: number): string {
  const predecessor = [jobId, writerId, nextNumber, checkpointId].join(' ')
  return createHash('sha256').update(predecessor).digest('hex').slice(0, DERIVED_DIGITS)
}

/** In the form of a UUID: the prefix, then as many digits of `random` as are missing. */
export function writerIdOf(prefix: string, random: string): string {
  const digits = (prefix + random.replaceAll('-', '').slice(prefix.length)).padEnd(32, '0')
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5')
}

/**
 * Whether a file was written after the snapshot from which this state is, in the same job: so none has it, and who wrote it is no more.
 */
export function isLeftOver({ targetPath }: ResumeRecoverable, writer: WriterIdentity, checkpointId: number): boolean {
  const [, writerId, number] = /-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-(\d+)[^/]*$/.exec(targetPath) ?? []
  if (writerId === undefined) return false
  if (writerId === writer.writerId) return Number(number) >= writer.nextNumber
  return writerId.replaceAll('-', '').startsWith(successorPrefix(writer, checkpointId))
}
