// Duty: names of files that are to be compacted in a store of objects, where a file can be read only once it is committed: as in Flink they
// are committed under names that nobody reads as files, and the compacted one gets the name without that.
// Thread: any.
import { parentOf } from '../../../../core/fs/file-path.js'
import type { CommitRecoverable } from '../../../../core/fs/recoverable-writer.js'
import { OutputFileConfig } from '../output-file-config.js'

/** Whatever prefix the user has chosen, it is known again. */
const HIDDEN = '.to-compact-'

/** Names of files that are not to be seen. */
export function hiddenFiles(config: OutputFileConfig): OutputFileConfig {
  return new OutputFileConfig(HIDDEN + config.getPartPrefix(), config.getPartSuffix())
}

export function isHiddenFile({ targetPath }: CommitRecoverable): boolean {
  return nameIn(targetPath).startsWith(HIDDEN)
}

/** What a file would be called if it were not to be compacted. */
export function visibleNameOf({ targetPath }: CommitRecoverable): string {
  const name = nameIn(targetPath)
  return name.startsWith(HIDDEN) ? name.slice(HIDDEN.length) : name
}

function nameIn(path: string): string {
  const directory = parentOf(path)
  return path.slice(directory === '/' ? 1 : directory.length + 1)
}
