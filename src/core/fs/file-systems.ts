import { FlinkError } from '../errors/flink-error.js'
import type { Random } from '../random/random.js'
import { SystemRandom } from '../random/system-random.js'
import { parseFileUri, rootOf } from './file-path.js'
import type { FileSystem } from './file-system.js'
import { InMemoryTemporaryFiles } from './in-memory-temporary-files.js'
import type { TemporaryFiles } from './temporary-files.js'

export interface LocatedFile {
  readonly fileSystem: FileSystem
  readonly path: string
}

/** Names of files that no other attempt or job may have. */
type NameSource = Pick<Random, 'uuid'>

/** The options of a job or of a command, a Configuration: file systems in this folder do not know what that is. */
export type FileSystemOptions = object

/** Makes a file system as these say; undefined where nothing is said. */
export type FileSystemFactory = (options: FileSystemOptions | undefined) => FileSystem

/** File systems by scheme, and the place for temporary files: in memory where no disk is given. */
export class FileSystems {
  readonly temporaryFiles: TemporaryFiles
  readonly random: NameSource
  readonly #byScheme = new Map<string, FileSystem>()
  readonly #factories = new Map<string, FileSystemFactory>()
  #options: FileSystemOptions | undefined

  constructor(temporaryFiles: TemporaryFiles = new InMemoryTemporaryFiles(), random: NameSource = new SystemRandom()) {
    this.temporaryFiles = temporaryFiles
    this.random = random
  }

  register(scheme: string, fileSystem: FileSystem): this {
    this.#byScheme.set(scheme, fileSystem)
    return this
  }

  /** Of a scheme whose file system depends on options: it is made when it is first asked for. */
  registerFactory(scheme: string, factory: FileSystemFactory): this {
    this.#factories.set(scheme, factory)
    return this
  }

  /** The same, those that depend on options as these say. */
  configuredBy(options: FileSystemOptions): FileSystems {
    const configured = new FileSystems(this.temporaryFiles, this.random)
    configured.#options = options
    for (const [scheme, fileSystem] of this.#byScheme) {
      if (!this.#factories.has(scheme)) configured.register(scheme, fileSystem)
    }
    for (const [scheme, factory] of this.#factories) configured.registerFactory(scheme, factory)
    return configured
  }

  /** The same, each of them as `change` gives it back. */
  changed(change: (fileSystem: FileSystem) => FileSystem): FileSystems {
    const changed = new FileSystems(this.temporaryFiles, this.random)
    for (const scheme of this.#schemes()) changed.registerFactory(scheme, () => change(this.#require(scheme)))
    return changed
  }

  /**
   * The file system of a URI or path, and the path in it; FILE_SYSTEM_SCHEME_UNSUPPORTED for an unknown scheme, PATH_INVALID for a
   * relative path of one that is known.
   */
  forUri(text: string): LocatedFile {
    const { scheme, path } = parseFileUri(text)
    const fileSystem = this.#find(scheme)
    if (fileSystem === undefined) throw this.#unsupported(scheme, text)
    if (scheme !== 'file' && rootOf(path) === '/') {
      throw new FlinkError('PATH_INVALID', { path: text, reason: `it is not of the form ${scheme}://<host>/<path>` })
    }
    return { fileSystem, path: fileSystem.entropy?.remove(path) ?? path }
  }

  #schemes(): string[] {
    return [...new Set([...this.#byScheme.keys(), ...this.#factories.keys()])]
  }

  #find(scheme: string): FileSystem | undefined {
    const known = this.#byScheme.get(scheme)
    if (known !== undefined) return known
    const made = this.#factories.get(scheme)?.(this.#options)
    if (made !== undefined) this.#byScheme.set(scheme, made)
    return made
  }

  #require(scheme: string): FileSystem {
    const found = this.#find(scheme)
    if (found === undefined) throw new FlinkError('ASSERTION_FAILED', { what: `${scheme} is registered` })
    return found
  }

  #unsupported(scheme: string, text: string): FlinkError {
    const known = this.#schemes().map((name) => (name === 'file' ? 'file:///' : `${name}://`))
    const asked = text.replace(/\/\/[^/@]*@/, '//')
    const advice = `It was asked for by '${asked}'. Use ${known.join(', ')}, or mount the storage as a local directory.`
    return new FlinkError('FILE_SYSTEM_SCHEME_UNSUPPORTED', { scheme, advice })
  }
}
