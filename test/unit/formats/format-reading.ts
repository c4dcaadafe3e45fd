/** Reads a file in memory with a format, in blocks of any size where the format lets it. */
import { FileSource, type StreamFormat } from '../../../src/connectors/filesystem/filesystem-entry.js'
import { BlockSplittingRecursiveEnumerator } from '../../../src/connectors/filesystem/recursive-enumerators.js'
import { FileSourceRun, filesWith } from '../connectors/filesystem/file-source-run.js'

export async function recordsIn<T>(
  format: StreamFormat<T>,
  content: string | Uint8Array,
  splitBytes = 1000,
): Promise<T[]> {
  const fileSystem = await filesWith({ '/data/a': content })
  const builder = FileSource.forRecordStreamFormat(format, '/data/a')
  if (format.isSplittable()) {
    builder.setFileEnumerator(() => new BlockSplittingRecursiveEnumerator(undefined, splitBytes))
  }
  return (await new FileSourceRun(builder.build(), fileSystem).start(1)).runToEnd()
}

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
export const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
