import type { SimpleVersionedSerializer } from '../../../api/connector/source/simple-versioned-serializer.js'
import { ReasonError } from '../../../core/errors/reason-error.js'
import type { CommitRecoverable, RecoverableSerializer } from '../../../core/fs/recoverable-writer.js'
import { DataInputView } from '../../../core/memory/data-input-view.js'
import { DataOutputView } from '../../../core/memory/data-output-view.js'
import { readVersioned, writeVersioned } from './bucket-state.js'

/**
 * What the committers of a {@link FileSink} are given: a file that is to get its name, or one to be removed, as a compacted one stands for it.
 *
 * @example
 * ```ts
 * import type { FileSinkCommittable } from 'flink-ts/connectors/filesystem'
 *
 * const isPending = (committable: FileSinkCommittable): boolean => committable.kind === 'pending'
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/connector/file/sink/FileSinkCommittable.html
 */
export type FileSinkCommittable =
  | { readonly kind: 'pending'; readonly bucketId: string; readonly file: CommitRecoverable }
  | { readonly kind: 'compacted'; readonly bucketId: string; readonly path: string }

const VERSION = 1
const KINDS = ['pending', 'compacted'] as const

export function fileSinkCommittables(files: RecoverableSerializer): SimpleVersionedSerializer<FileSinkCommittable> {
  return {
    getVersion: () => VERSION,
    serialize: (committable) => {
      const output = new DataOutputView()
      output.writeInt8(KINDS.indexOf(committable.kind))
      output.writeUtf8(committable.bucketId)
      if (committable.kind === 'pending') writeVersioned(output, files, committable.file)
      else output.writeUtf8(committable.path)
      return output.toBytes()
    },
    deserialize: (version, bytes) => {
      if (version !== VERSION) throw new ReasonError(`committables of version ${String(version)} are not known`)
      const input = new DataInputView(bytes)
      const kind = KINDS[input.readInt8()]
      const bucketId = input.readUtf8()
      if (kind === 'pending') return { kind, bucketId, file: readVersioned(input, files) }
      if (kind === 'compacted') return { kind, bucketId, path: input.readUtf8() }
      throw new ReasonError('it is no committable of a FileSink')
    },
  }
}
