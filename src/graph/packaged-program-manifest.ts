import { ReasonError } from '../core/errors/reason-error.js'
import { messageOf } from '../core/errors/thrown-value.js'
import { readFile, stat } from 'node:fs/promises'
import { isAbsolute, join, relative, resolve } from 'node:path'

/** Conditions of package.json's "exports" that hold for a job. */
const CONDITIONS: readonly string[] = ['node', 'import', 'module-sync', 'default']

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
  const exported = resolveExports(manifest['exports'])
  if (exported !== undefined) return exported
  const main = manifest['main']
  return typeof main === 'string' && main !== '' ? main : undefined
}

function parseManifest(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) ? value : {}
  } catch (error) {
    const reason = messageOf(error)
    throw new ReasonError(`its package.json is not valid JSON: ${reason}`, { cause: error })
  }
}

function resolveExports(exported: unknown): string | undefined {
  if (typeof exported === 'string') return exported
  if (Array.isArray(exported)) {
    const options: readonly unknown[] = exported
    return options.map(resolveExports).find((path) => path !== undefined)
  }
  if (!isRecord(exported)) return undefined
  if ('.' in exported) return resolveExports(exported['.'])
  // The order of the keys decides, as in Node.
  const matching = Object.keys(exported).filter((condition) => CONDITIONS.includes(condition))
  return matching.map((condition) => resolveExports(exported[condition])).find((path) => path !== undefined)
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (status) => status.isFile(),
    () => false,
  )
}
