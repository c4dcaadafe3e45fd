import { filesBelow } from '../../../../src/core/fs/files-below.js'
import type { FileSystem } from '../../../../src/core/fs/file-system.js'

/** What there is below a directory, by its path without it: whole files with their text, and names of those that are in progress or pending. */
export async function outputOf(
  fileSystem: FileSystem,
  directory: string,
): Promise<{ readonly finished: Readonly<Record<string, string>>; readonly hidden: readonly string[] }> {
  const finished: Record<string, string> = {}
  const hidden: string[] = []
  const files = (await filesBelow(fileSystem, directory)).sort((a, b) => (a.path < b.path ? -1 : 1))
  for (const { name, path } of files) {
    const relative = path.slice(directory.length + 1)
    if (/^[._]/.test(name)) hidden.push(relative)
    else finished[relative] = Buffer.from(await fileSystem.readFile(path)).toString()
  }
  return { finished, hidden }
}

/** All that is in the whole files of each bucket, line by line, sorted. */
export function linesByBucket(finished: Readonly<Record<string, string>>): Record<string, string[]> {
  const buckets: Record<string, string[]> = {}
  for (const [file, text] of Object.entries(finished)) {
    const bucket = file.slice(0, Math.max(0, file.lastIndexOf('/')))
    buckets[bucket] = [...(buckets[bucket] ?? []), ...text.split('\n').slice(0, -1)].sort()
  }
  return buckets
}
