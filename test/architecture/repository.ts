/** Where the repository stands, seen from a compiled test, and the files that its rules speak about. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'

export const repositoryRoot = join(import.meta.dirname, '..', '..', '..')

/** Paths of all files below `folder`, relative to the repository, with forward slashes; a folder not there has none. */
export function filesUnder(folder: string): string[] {
  try {
    return readdirSync(join(repositoryRoot, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(repositoryRoot, join(entry.parentPath, entry.name)).split(sep).join('/'))
      .sort()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

export function sourceFiles(folder = 'src'): string[] {
  return filesUnder(folder).filter((file) => file.endsWith('.ts'))
}

export function textOf(file: string): string {
  return readFileSync(join(repositoryRoot, file), 'utf8')
}
