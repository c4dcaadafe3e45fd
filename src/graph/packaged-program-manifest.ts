import { ReasonError } from '../core/errors/reason-error.js'
import { messageOf } from '../core/errors/thrown-value.js'
import { readFile, stat } from 'node:fs/promises'
import { isAbsolute, join, relative, resolve } from 'node:path'

type Manifest = Readonly<Record<string, unknown>>

/**
 * Conditions of package.json's "exports" that hold for a job, besides "default". Where one that holds has none inside that
 * does, Node goes on with the condition that comes next, and `resolve.exports` ends: it is asked again without the outer one.
 */
const CONDITIONS: readonly (readonly string[])[] = [
  ['node', 'import', 'module-sync'],
  ['import', 'module-sync'],
  ['node'],
  [],
]

/** The module that an unpacked job starts with: "exports" or "main" of its package.json, else index.js. */
export async function archiveEntryModule(directory: string): Promise<string> {
  const declared = await declaredEntry(directory)
  const candidates = declared === undefined ? ['index.js', 'index.mjs'] : [declared]
  for (const candidate of candidates) {
    const path = resolve(directory, candidate)
    const inside = relative(directory, path)
    if (inside.startsWith('..') || isAbsolute(inside))
      throw new ReasonError(`its package.json names '${candidate}', outside of it`)
    if (await isFile(path)) return path
  }
  throw new ReasonError(
    declared === undefined
      ? 'it has no package.json with "main" or "exports", and no index.js'
      : `its package.json names '${declared}', which is not in it`,
  )
}

async function declaredEntry(directory: string): Promise<string | undefined> {
  const path = join(directory, 'package.json')
  if (!(await isFile(path))) return undefined
  const manifest = parseManifest(await readFile(path, 'utf8'))
  const exported = await exportedEntry(manifest)
  if (exported !== undefined) return exported
  const main = manifest['main']
  return typeof main === 'string' && main !== '' ? main : undefined
}

function parseManifest(text: string): Manifest {
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) ? value : {}
  } catch (error) {
    const reason = messageOf(error)
    throw new ReasonError(`its package.json is not valid JSON: ${reason}`, { cause: error })
  }
}

/** The first file that "exports" has for the package itself; undefined where it has none. */
async function exportedEntry(manifest: Manifest): Promise<string | undefined> {
  const { exports: resolveExports } = await import('resolve.exports')
  for (const conditions of CONDITIONS) {
    try {
      const files = resolveExports(manifest, '.', { unsafe: true, conditions })
      if (files !== undefined) return files[0]
    } catch {
      // What the package says of conditions that lead nowhere: the next ones may lead somewhere.
    }
  }
  return undefined
}

function isRecord(value: unknown): value is Manifest {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (status) => status.isFile(),
    () => false,
  )
}
