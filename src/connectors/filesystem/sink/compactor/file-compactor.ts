import type { FileStream } from '../../stream-format.js'

/**
 * A file that is to be compacted.
 *
 * @example
 * ```ts
 * import type { FileToCompact } from 'flink-ts/connectors/filesystem'
 *
 * const bytesOf = (files: readonly FileToCompact[]): number => files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
 * ```
 */
export interface FileToCompact {
  /** Where it lies until then. */
  readonly path: string
  readonly sizeBytes: number
  /** Closed by whoever opens it. */
  readonly open: () => Promise<FileStream>
}

/**
 * Where the bytes of a compacted file go.
 *
 * @example
 * ```ts
 * import type { CompactingStream } from 'flink-ts/connectors/filesystem'
 *
 * const writeHeader = async (out: CompactingStream): Promise<void> => {
 *   await out.write(new TextEncoder().encode('user,count\n'))
 * }
 * ```
 */
export interface CompactingStream {
  write(bytes: Uint8Array): void | Promise<void>
}

/**
 * Makes one file of several, byte by byte. May be called again with the same files, after a failure.
 *
 * @example
 * ```ts
 * import { OutputStreamBasedFileCompactor, type CompactingStream, type FileToCompact } from 'flink-ts/connectors/filesystem'
 *
 * class Sizes extends OutputStreamBasedFileCompactor {
 *   async compact(inputFiles: readonly FileToCompact[], outputStream: CompactingStream): Promise<void> {
 *     for (const { sizeBytes } of inputFiles) await outputStream.write(new TextEncoder().encode(`${sizeBytes}\n`))
 *   }
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/connector/file/sink/compactor/OutputStreamBasedFileCompactor.html
 */
export abstract class OutputStreamBasedFileCompactor {
  abstract compact(inputFiles: readonly FileToCompact[], outputStream: CompactingStream): Promise<void>
}

const CHUNK_BYTES = 256 * 1024

/** Copies a file chunk by chunk. */
export async function copyFile({ sizeBytes, open }: FileToCompact, outputStream: CompactingStream): Promise<void> {
  const reader = await open()
  try {
    for (let offset = 0; offset < sizeBytes;) {
      const chunk = await reader.read(offset, Math.min(CHUNK_BYTES, sizeBytes - offset))
      if (chunk.length === 0) break
      await outputStream.write(chunk)
      offset += chunk.length
    }
  } finally {
    await reader.close()
  }
}
