import type { FileSystem } from '../../../core/fs/file-system.js'
import { filesBelow } from '../../../core/fs/files-below.js'
import type { OutputFileConfig } from './output-file-config.js'

/** What the name of a part file says that a sink function wrote. */
export interface PartNumber {
  /** Of the subtask. */
  readonly index: number
  readonly number: number
}

/** Undefined: it has no such name. None is counted on from with more digits, where the next number would be the same one. */
export function numberInName(name: string, config: OutputFileConfig): PartNumber | undefined {
  const [prefix, suffix] = [`${config.getPartPrefix()}-`, config.getPartSuffix()]
  if (!name.startsWith(prefix) || !name.endsWith(suffix)) return undefined
  const [, index, number] = /^(\d{1,15})-(\d{1,15})$/.exec(name.slice(prefix.length, name.length - suffix.length)) ?? []
  return index === undefined ? undefined : { index: Number(index), number: Number(number) }
}

/** Of all part files of a subtask in a directory and those below it, whole ones and those that are in progress. */
export async function numbersBelow(
  fileSystem: FileSystem,
  directory: string,
  config: OutputFileConfig,
  index: number,
): Promise<number[]> {
  const numbers: number[] = []
  for (const { name } of await filesBelow(fileSystem, directory)) {
    const found = numberInName(name.replace(/^\.(.+)\.inprogress\.[0-9a-f-]{36}$/, '$1'), config)
    if (found?.index === index) numbers.push(found.number)
  }
  return numbers
}
