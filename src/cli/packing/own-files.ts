import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import Module, { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { exports as exportsOf, imports as importsIn } from 'resolve.exports'
import { ReasonError } from '../../core/errors/reason-error.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import { messageOf } from '../../core/errors/thrown-value.js'
import { importsOf, type Import } from './imports-of.js'
import { packageNameOf } from './package-places.js'

const MODULE = /\.[cm]?[jt]s$/
const MANIFEST = 'package.json'
const MOST_OPENED = 1_000
const MOST_OPENED_BYTES = 16 * 1024 * 1024
const NOT_TAKEN: ReadonlySet<string> = new Set(['node_modules', '.git'])
const CONDITIONS = ['node', 'import', 'require', 'module-sync', 'default'] as const

/** A package that a file of the program asks for. */
export interface AskedPackage {
  readonly name: string
  readonly file: string
  readonly isOptional: boolean
}

/** What belongs to a program and to no package of node_modules. */
export interface OwnFiles {
  /** Absolute paths: modules, what they name beside them, and the manifests that say how they are read. */
  readonly files: readonly string[]
  readonly packages: readonly AskedPackage[]
  /** Where words are that only the run can tell: `<path>:<line>`. */
  readonly unknown: readonly string[]
}

/** Follows the imports of a job module through the files that are its own. PROGRAM_PACKING_FAILED, with the file. */
export function ownFilesOf(jobFile: string): OwnFiles {
  const files = new Set<string>()
  const packages = new Map<string, AskedPackage>()
  const unknown: string[] = []
  const waiting = [realpathSync(jobFile)]
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (files.has(file)) continue
    files.add(file)
    const manifest = manifestOf(file)
    if (manifest !== undefined) files.add(manifest)
    if (existsSync(`${file}.map`)) files.add(`${file}.map`)
    if (!MODULE.test(file)) continue
    const found = readImports(file)
    for (const [place, line] of found.paths) {
      const opened = openedAt(place)
      if (opened === 'too much') unknown.push(`${file}:${String(line)}`)
      else for (const each of opened) files.add(each)
    }
    unknown.push(...found.unknown.map((line) => `${file}:${String(line)}`))
    for (const each of found.imports) {
      const target = targetOf(each, file, manifest)
      if (target === undefined) continue
      if ('file' in target) waiting.push(target.file)
      else {
        const key = `${path.dirname(file)}\0${target.name}`
        const isOptional = each.isOptional && packages.get(key)?.isOptional !== false
        packages.set(key, { name: target.name, file, isOptional })
      }
    }
  }
  return { files: [...files], packages: [...packages.values()], unknown }
}

/**
 * What a program opens is data to it: imports in it are not followed. A folder may as well be where it writes to, with more in it than
 * anybody would send.
 */
function openedAt(place: string): readonly string[] | 'too much' {
  const files: string[] = []
  let sizeBytes = 0
  const waiting = [place]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const status = statSync(next, { throwIfNoEntry: false })
    if (status?.isFile() === true) {
      files.push(realpathSync(next))
      sizeBytes += status.size
    } else if (status?.isDirectory() === true) waiting.push(...itemsIn(next))
    if (next !== place && (sizeBytes > MOST_OPENED_BYTES || files.length + waiting.length > MOST_OPENED))
      return 'too much'
  }
  return files
}

/** No links to folders: they may lead round in circles. */
function itemsIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((item) => !NOT_TAKEN.has(item.name))
    .map((item) => ({ item, place: path.join(folder, item.name) }))
    .filter(({ item, place }) => item.isDirectory() || statSync(place, { throwIfNoEntry: false })?.isFile() === true)
    .map(({ place }) => place)
}

function readImports(file: string): ReturnType<typeof importsOf> {
  try {
    return importsOf(readFileSync(file, 'utf8'), file)
  } catch (error) {
    // Where the reader of the syntax stood is nobody's to read.
    throw failed(file, messageOf(error), error instanceof ReasonError ? undefined : error)
  }
}

type Target = { readonly file: string } | { readonly name: string }

/** Undefined for what is nowhere on the disk: modules of Node, and what the program may do without. */
function targetOf(asked: Import, file: string, manifest: string | undefined): Target | undefined {
  const { specifier, kind, isOptional } = asked
  if (Module.isBuiltin(specifier) || /^(?:data|node|https?|wasm):/i.test(specifier)) return undefined
  try {
    const found = located(asked, file, manifest)
    if (typeof found !== 'string') return found
    if (statSync(found).isFile()) return { file: realpathSync(found) }
    if (kind === 'file') return undefined
    throw new ReasonError('it is a directory')
  } catch (error) {
    if (isOptional) return undefined
    const reason = error instanceof ReasonError ? error.message : 'it is not there'
    throw failed(file, `it imports '${specifier}': ${reason}`, error)
  }
}

/** A path, or the package that is asked. */
function located({ specifier, kind }: Import, file: string, manifest: string | undefined): string | Target {
  if (specifier.startsWith('#')) return ofManifest(specifier, manifest, importsIn) ?? { name: specifier }
  if (kind === 'require' && /^(?:\.{1,2}(?:\/|$)|\/)/.test(specifier)) return createRequire(file).resolve(specifier)
  const isPath = /^(?:\.{0,2}\/|\.{1,2}$|file:)/.test(specifier)
  if (isPath || kind === 'file') return fileURLToPath(new URL(specifier, pathToFileURL(file)))
  const name = packageNameOf(specifier)
  if (manifest !== undefined && nameIn(manifest) === name && name !== 'flink-ts') {
    const own = ofManifest(specifier, manifest, exportsOf)
    if (own !== undefined) return own
  }
  return { name }
}

type Lookup = (manifest: Record<string, unknown>, entry: string, options: object) => string[] | undefined | void

/** What the manifest of the program itself maps a word to: a file of its own, or a package. */
function ofManifest(specifier: string, manifest: string | undefined, lookUp: Lookup): string | Target | undefined {
  if (manifest === undefined) return undefined
  const parsed = JSON.parse(readFileSync(manifest, 'utf8')) as Record<string, unknown>
  const [found] = lookUp(parsed, specifier, { unsafe: true, conditions: CONDITIONS }) ?? []
  if (found === undefined) return undefined
  return found.startsWith('.') ? path.resolve(path.dirname(manifest), found) : { name: packageNameOf(found) }
}

function nameIn(manifest: string): unknown {
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { readonly name?: unknown }).name
}

/** The nearest one, which says whether a `.js` is a module. */
function manifestOf(file: string): string | undefined {
  for (let directory = path.dirname(file); ; directory = path.dirname(directory)) {
    const candidate = path.join(directory, MANIFEST)
    if (existsSync(candidate)) return candidate
    if (path.dirname(directory) === directory) return undefined
  }
}

function failed(file: string, reason: string, cause: unknown): FlinkError {
  return new FlinkError('PROGRAM_PACKING_FAILED', { path: file, reason }, { cause })
}
