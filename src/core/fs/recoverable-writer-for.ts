import type { FileSystems } from './file-systems.js'
import type { RecoverableWriter } from './recoverable-writer.js'
import { RenamingRecoverableWriter } from './renaming-recoverable-writer.js'

/** The writer for files below a path or URI that are exactly once; FILE_SYSTEM_SCHEME_UNSUPPORTED for an unknown scheme. */
export function recoverableWriterFor(fileSystems: FileSystems, text: string): RecoverableWriter {
  const { fileSystem } = fileSystems.forUri(text)
  const { random } = fileSystems
  return fileSystem.createRecoverableWriter?.(random) ?? new RenamingRecoverableWriter(fileSystem, random)
}
