import { existsSync, realpathSync, statSync } from 'node:fs'
import path from 'node:path'

/** This engine is where the program goes, and is not taken along. */
const OWN_PACKAGE = 'flink-ts'
const NODE_MODULES = 'node_modules'

/** Who asks for a package: where it is on the disk, and where in the archive. */
export interface Asker {
  readonly directory: string
  readonly archived: string
}

/** A package that goes into the archive. */
export interface PlacedPackage extends Asker {
  readonly name: string
}

/**
 * Which packages go into an archive, and where: as high as they can, so that each that asks for one finds there what it finds on the
 * disk, whatever has put it there (npm, pnpm, workspaces).
 */
export class PackagePlaces {
  /** By directory of the archive, by name: the package's directory on the disk. */
  readonly #placed = new Map<string, Map<string, string>>()

  /**
   * The package that a name means to whoever asks, where it is not there yet: its own dependencies are to be asked for as well. False
   * where the disk has none.
   */
  ask(name: string, asker: Asker): PlacedPackage | 'there' | false {
    if (name === OWN_PACKAGE) return 'there'
    const directory = packageDirectory(name, asker.directory)
    if (directory === undefined) return false
    const holder = ancestorsOf(asker.archived).find((place) => this.#placed.get(place)?.has(name) === true)
    if (holder !== undefined && this.#placed.get(holder)?.get(name) === directory) return 'there'
    return this.#place(name, directory, holder === undefined ? '' : asker.archived)
  }

  #place(name: string, directory: string, place: string): PlacedPackage {
    const packages = this.#placed.get(place) ?? new Map<string, string>()
    this.#placed.set(place, packages.set(name, directory))
    return { name, directory, archived: path.posix.join(place, NODE_MODULES, name) }
  }
}

/** Of `a/b`: `a/b`, `a`, and the root, ``. */
function ancestorsOf(place: string): string[] {
  const parts = place === '' ? [] : place.split('/')
  return [...parts.keys(), parts.length].toReversed().map((length) => parts.slice(0, length).join('/'))
}

/** As Node looks for it, from a directory on up. */
function packageDirectory(name: string, from: string): string | undefined {
  for (let directory = from; ; directory = path.dirname(directory)) {
    const candidate = path.join(directory, NODE_MODULES, name)
    if (path.basename(directory) !== NODE_MODULES && existsSync(candidate) && statSync(candidate).isDirectory()) {
      return realpathSync(candidate)
    }
    if (path.dirname(directory) === directory) return undefined
  }
}

/** `@scope/name` or `name` of a word that is neither a path nor a URL. */
export function packageNameOf(specifier: string): string {
  const [first = '', second = ''] = specifier.split('/')
  return first.startsWith('@') ? `${first}/${second}` : first
}
