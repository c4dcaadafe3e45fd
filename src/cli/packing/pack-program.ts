import { existsSync, readFileSync } from 'node:fs'
import { readdir, realpath, stat, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { FlinkError } from '../../core/errors/flink-error.js'
import { errnoOf } from '../../core/fs/errno.js'
import { makeDirectories } from '../../core/fs/make-directories.js'
import { WorkingDirectories } from '../../core/process/working-directories.js'
import { SystemRandom } from '../../core/random/system-random.js'
import { ownFilesOf, type OwnFiles } from './own-files.js'
import { PackagePlaces, type PlacedPackage } from './package-places.js'

/** Where the files of the program go, so that no name of theirs is in the way of the packages. */
const PROGRAM = 'program'
const NOT_TAKEN: ReadonlySet<string> = new Set(['node_modules', '.git'])

export interface PackedProgram {
  /** Absolute path of the archive. */
  readonly path: string
  /** What a session is to show it as. */
  readonly name: string
  /** Imports whose word only the run can tell, `<path>:<line>`: what they mean may be missing. */
  readonly unknown: readonly string[]
  readonly remove: () => Promise<void>
}

/**
 * A job module as an archive that runs elsewhere: its own files, as far as its imports lead, and the packages of node_modules that they
 * and their dependencies ask for, but not flink-ts itself. PROGRAM_PACKING_FAILED.
 */
export async function packProgram(jobFile: string): Promise<PackedProgram> {
  const own = ownFilesOf(jobFile)
  const entry = await realpath(jobFile)
  const root = commonDirectory(own.files)
  // What commands that were killed have left is removed by the next one.
  const about = { places: undefined, prefix: 'flink-ts-packing', option: 'TMPDIR', random: new SystemRandom() }
  const working = await new WorkingDirectories(about).create(String(process.pid))
  const directory = await realpath(working.path)
  const remove = (): Promise<void> => working.remove()
  try {
    const staged = path.join(directory, 'staged')
    const main = `./${archivedPath(entry, root)}`
    await makeDirectories(staged)
    await writeFile(path.join(staged, 'package.json'), `${JSON.stringify({ private: true, main }, null, 2)}\n`)
    for (const file of own.files) await stage(file, path.join(staged, archivedPath(file, root)))
    for (const placed of packagesOf(own, root)) await stageTree(placed.directory, path.join(staged, placed.archived))
    const name = `${path.basename(jobFile).replace(/\.[cm]?[jt]s$/, '')}.tgz`
    const archive = path.join(directory, name)
    const { create } = await import('tar')
    await create({ file: archive, cwd: staged, gzip: true, portable: true, follow: true }, await readdir(staged))
    return { path: archive, name, unknown: own.unknown, remove }
  } catch (error) {
    await remove()
    throw error
  }
}

function archivedPath(file: string, root: string): string {
  return path.posix.join(PROGRAM, path.relative(root, file).split(path.sep).join('/'))
}

/** Those that the program asks for, and what these depend on. */
function packagesOf({ packages }: OwnFiles, root: string): PlacedPackage[] {
  const places = new PackagePlaces()
  const all: PlacedPackage[] = []
  for (const { name, file, isOptional } of packages) {
    const asker = { directory: path.dirname(file), archived: path.posix.dirname(archivedPath(file, root)) }
    const placed = places.ask(name, asker)
    if (placed === false && !isOptional) {
      const reason = `it imports '${name}', and no node_modules folder from there on up has that. Install it there`
      throw new FlinkError('PROGRAM_PACKING_FAILED', { path: file, reason })
    }
    if (typeof placed === 'object') all.push(placed)
  }
  // Grows while it is gone over.
  for (const each of all) {
    for (const name of dependenciesOf(each.directory)) {
      const placed = places.ask(name, each)
      if (typeof placed === 'object') all.push(placed)
    }
  }
  return all
}

/** Of what is missing Node tells where it is imported: an optional one may be missing. */
function dependenciesOf(directory: string): string[] {
  const manifest = path.join(directory, 'package.json')
  if (!existsSync(manifest)) return []
  const { dependencies, optionalDependencies, peerDependencies } = JSON.parse(readFileSync(manifest, 'utf8')) as Record<
    string,
    object | undefined
  >
  return [dependencies, optionalDependencies, peerDependencies].flatMap((group) => Object.keys(group ?? {}))
}

/** The directory that holds all of them. */
function commonDirectory(files: readonly string[]): string {
  const [first = '', ...others] = files.map((file) => path.dirname(file))
  return others.reduce((common, directory) => {
    let root = common
    while (path.relative(root, directory).split(path.sep)[0] === '..') root = path.dirname(root)
    return root
  }, first)
}

/** Links, which the archive gets as what they lead to: nothing is copied twice. */
async function stage(file: string, place: string): Promise<void> {
  await makeDirectories(path.dirname(place))
  await symlink(file, place)
}

async function stageTree(directory: string, place: string): Promise<void> {
  await makeDirectories(place)
  for (const item of await readdir(directory, { withFileTypes: true })) {
    if (NOT_TAKEN.has(item.name)) continue
    const [from, to] = [path.join(directory, item.name), path.join(place, item.name)]
    if (item.isDirectory()) await stageTree(from, to)
    else if (await isFile(from)) await symlink(from, to)
  }
}

/** Of a link what it leads to: one to a directory may lead round in circles, and one may lead nowhere. */
async function isFile(file: string): Promise<boolean> {
  try {
    return (await stat(file)).isFile()
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false
    throw error
  }
}
