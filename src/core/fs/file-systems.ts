import { FlinkError } from '../errors/flink-error.js'
import type { Random } from '../random/random.js'
import { SystemRandom } from '../random/system-random.js'
import { parseFileUri } from './file-path.js'
import type { FileSystem } from './file-system.js'
import { InMemoryTemporaryFiles } from './in-memory-temporary-files.js'
import type { TemporaryFiles } from './temporary-files.js'

export interface LocatedFile {
  readonly fileSystem: FileSystem
  readonly path: string
}

/** Names of files that no other attempt or job may have. */
type NameSource = Pick<Random, 'uuid'>

/** File systems by scheme, and the place for temporary files: in memory where no disk is given. */
export class FileSystems {
  readonly temporaryFiles: TemporaryFiles
  readonly random: NameSource
  readonly #byScheme = new Map<string, FileSystem>()

  constructor(temporaryFiles: TemporaryFiles = new InMemoryTemporaryFiles(), random: NameSource = new SystemRandom()) {
    this.temporaryFiles = temporaryFiles
    this.random = random
  }

  register(scheme: string, fileSystem: FileSystem): this {
    this.#byScheme.set(scheme, fileSystem)
    return this
  }

  /** The same, each of them as `change` gives it back. */
  changed(change: (fileSystem: FileSystem) => FileSystem): FileSystems {
    const changed = new FileSystems(this.temporaryFiles, this.random)
    for (const [scheme, fileSystem] of this.#byScheme) changed.register(scheme, change(fileSystem))
    return changed
  }

  /** The file system of a URI or path, and the path in it; FILE_SYSTEM_SCHEME_UNSUPPORTED for an unknown scheme. */
  forUri(text: string): LocatedFile {
    const { scheme, path } = parseFileUri(text)
    const fileSystem = this.#byScheme.get(scheme)
    if (fileSystem !== undefined) return { fileSystem, path }
    const known = [...this.#byScheme.keys()].map((name) => `${name}:///`).join(', ')
    const asked = text.replace(/\/\/[^/@]*@/, '//')
    const advice = `It was asked for by '${asked}'. Use ${known}, or mount the storage as a local directory.`
    throw new FlinkError('FILE_SYSTEM_SCHEME_UNSUPPORTED', { scheme, advice })
  }
}
