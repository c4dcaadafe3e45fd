// Duty: a directory of fences in a store of objects, which renames nothing: to fence-directory.ts and job-fence.ts it looks as on a disk.
// `fence/<number>` says which fence there is from then on and which objects are its files (`fence-files/<fence>-<id>`, never written again): the
// highest number counts. In `<fence>/` is what has no name yet: parts, beats.
// Invariants: a number is put where it is not, so of several that want to take the fence, or to name a file in it, one succeeds, and
// whoever lost it cannot name anything any more. The highest number is never removed; a lower one that was removed counts for nothing
// when it is put again, which whoever put it sees by the higher ones.
// Thread: main thread.
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { DirectoryEntry, FileReader, FileStatus, FileSystem, FileWriter } from '../../../core/fs/file-system.js'
import type { Random } from '../../../core/random/random.js'

const NUMBERS = 'fence'
const FILES = 'fence-files'
const DIGITS = 15
/** Who has the fence puts a number with each checkpoint: others see one of several at most. */
const ATTEMPTS = 20

interface Fence {
  readonly number: number
  readonly name: string
  /** The objects by the names of files. */
  readonly files: Readonly<Record<string, string>>
}

interface FencePath {
  readonly fence: string
  /** Undefined: the fence itself. */
  readonly file: string | undefined
}

interface Change {
  readonly change: (found: Fence) => Fence
  /** Whether it has been made. */
  readonly isIn: (found: Fence) => boolean
}

export class FencesInStore implements FileSystem {
  readonly #inner: FileSystem
  readonly #parent: string
  readonly #prefix: string
  readonly #names: Pick<Random, 'uuid'>

  /** `prefix`: of the fences in `parent`. */
  constructor(inner: FileSystem, parent: string, prefix: string, names: Pick<Random, 'uuid'>) {
    this.#inner = inner
    this.#parent = parent
    this.#prefix = prefix
    this.#names = names
  }

  async readFile(path: string): Promise<Uint8Array> {
    const at = this.#inFence(path)
    if (at?.file === undefined) return this.#inner.readFile(path)
    for (let attempt = 1; ; attempt += 1) {
      const object = (await this.#held(at, path)).files[at.file]
      try {
        return await this.#inner.readFile(object ?? path)
      } catch (error) {
        // Another object may have its name by now.
        if (attempt === ATTEMPTS || object === undefined || !FlinkError.is(error, 'FILE_NOT_FOUND')) throw error
      }
    }
  }

  async openForWrite(path: string): Promise<FileWriter> {
    const at = this.#inFence(path)
    if (at !== undefined) await this.#held(at, path)
    return this.#inner.openForWrite(path)
  }

  /** A fence to the name of another holder, or a file to its name within a fence. Elsewhere as a copy, with which nobody races. */
  async rename(from: string, to: string): Promise<void> {
    const [source, target] = [this.#inFence(from), this.#inFence(to)]
    if (source === undefined || target === undefined) await this.#copy(from, to)
    else if (target.file === undefined) await this.#take(source, target.fence, from)
    else await this.#name(source, target.file, from)
  }

  async mkdirs(path: string, entry?: DirectoryEntry): Promise<boolean> {
    const at = this.#inFence(path)
    if (at === undefined) return this.#inner.mkdirs(path, entry)
    const found = await this.#fence()
    if (found?.name === at.fence) return false
    // Where it was taken since, whoever made it learns that from the next question.
    if (found === undefined && (await this.#putNumber({ number: 1, name: at.fence, files: {} }))) return true
    throw new FlinkError('FILE_ACCESS_REFUSED', {
      path,
      operation: 'create',
      reason: 'another process holds the fence',
    })
  }

  async list(path: string): Promise<FileStatus[]> {
    if (path === this.#parent) return this.#listParent()
    const at = this.#inFence(path)
    if (at === undefined) return this.#inner.list(path)
    const found = await this.#fence()
    if (found?.name !== at.fence) return []
    const unnamed = (await this.#inner.list(path)).filter(({ name }) => !Object.hasOwn(found.files, name))
    const named = await Promise.all(Object.keys(found.files).map((name) => this.status(`${path}/${name}`)))
    return [...unnamed, ...named.filter((status) => status !== undefined)]
  }

  async status(path: string): Promise<FileStatus | undefined> {
    const at = this.#inFence(path)
    if (at === undefined) return this.#inner.status(path)
    const found = await this.#fence()
    if (found?.name !== at.fence) return undefined
    if (at.file === undefined) return directoryOf(path)
    const object = found.files[at.file]
    const status = await this.#inner.status(object ?? path)
    return status && { ...status, path, name: at.file }
  }

  async delete(path: string): Promise<void> {
    const at = this.#inFence(path)
    if (at?.file !== undefined) await this.#unname(at.fence, at.file)
    await this.#inner.delete(path)
  }

  openToContinue(path: string, keepBytes: number): Promise<FileWriter> {
    return this.#inner.openToContinue(path, keepBytes)
  }

  openForRead(path: string): Promise<FileReader> {
    return this.#inner.openForRead(path)
  }

  async syncDirectory(): Promise<void> {
    // What is put is durable.
  }

  realPath(path: string): Promise<string> {
    return this.#inner.realPath(path)
  }

  deleteEmptyDirectory(path: string): Promise<boolean> {
    return this.#inner.deleteEmptyDirectory(path)
  }

  async #take(source: FencePath, to: string, from: string): Promise<void> {
    const isTaken = await this.#change(source.fence, from, {
      change: (found) => ({ ...found, name: to }),
      isIn: (found) => found.name === to,
    })
    if (!isTaken) throw new FlinkError('FILE_NOT_FOUND', { path: from })
    // Beats and parts of whoever had it, and what it had no time to name, which nobody does any more; what others do is theirs.
    await this.#inner.delete(from)
    const named = Object.values((await this.#fence())?.files ?? {})
    for (const { name, path } of await this.#inner.list(`${this.#parent}/${FILES}`)) {
      if (name.startsWith(`${source.fence}-`) && !named.includes(path)) await this.#inner.delete(path)
    }
  }

  async #name(source: FencePath, file: string, from: string): Promise<void> {
    const object = `${this.#parent}/${FILES}/${source.fence}-${this.#names.uuid()}`
    await this.#put(object, await this.#inner.readFile(from))
    const replaced = new Set<string>()
    const isNamed = await this.#change(source.fence, from, {
      change: (found) => {
        const before = found.files[file]
        if (before !== undefined) replaced.add(before)
        return { ...found, files: { ...found.files, [file]: object } }
      },
      isIn: (found) => found.files[file] === object,
    })
    for (const unnamed of isNamed ? replaced : [object]) await this.#inner.delete(unnamed)
    if (!isNamed) throw new FlinkError('FILE_NOT_FOUND', { path: from })
    await this.#inner.delete(from)
  }

  async #unname(fence: string, file: string): Promise<void> {
    const found = await this.#fence()
    const object = found?.files[file]
    if (found?.name !== fence || object === undefined) return
    const isUnnamed = await this.#change(fence, `${this.#parent}/${fence}`, {
      change: ({ files, ...others }) => {
        return { ...others, files: Object.fromEntries(Object.entries(files).filter(([name]) => name !== file)) }
      },
      isIn: ({ name, files }) => name === fence && files[file] === undefined,
    })
    if (!isUnnamed) throw new FlinkError('FILE_NOT_FOUND', { path: `${this.#parent}/${fence}/${file}` })
    await this.#inner.delete(object)
  }

  /**
   * False where another holds the fence, and what was wanted is not in it: never will be. An attempt that another change came
   * after may have counted nonetheless: that one was made of it.
   */
  async #change(fence: string, path: string, { change, isIn }: Change): Promise<boolean> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const found = await this.#fence()
      if (found !== undefined && isIn(found)) return true
      if (found?.name !== fence) return false
      if (await this.#advance({ ...change(found), number: found.number + 1 })) return true
    }
    const reason = `the fence was changed ${String(ATTEMPTS)} times meanwhile`
    throw new FlinkError('FILE_IO_FAILED', { path, operation: 'rename', reason })
  }

  async #held({ fence }: FencePath, path: string): Promise<Fence> {
    const found = await this.#fence()
    if (found?.name !== fence) throw new FlinkError('FILE_NOT_FOUND', { path })
    return found
  }

  async #fence(): Promise<Fence | undefined> {
    for (let attempt = 1; ; attempt += 1) {
      const number = Math.max(0, ...(await this.#numbers()))
      if (number === 0) return undefined
      try {
        return fenceOf(number, await this.#inner.readFile(this.#pathOf(number)))
      } catch (error) {
        // There is a higher one by now.
        if (attempt === ATTEMPTS || !FlinkError.is(error, 'FILE_NOT_FOUND')) throw error
      }
    }
  }

  /** False where another was faster. */
  async #advance(fence: Fence): Promise<boolean> {
    if (!(await this.#putNumber(fence))) return false
    const { number } = fence
    const path = this.#pathOf(number)
    const others = (await this.#numbers()).filter((other) => other !== number)
    if (others.some((other) => other > number)) {
      await this.#inner.delete(path)
      return false
    }
    for (const other of others) await this.#inner.delete(this.#pathOf(other))
    return true
  }

  async #numbers(): Promise<number[]> {
    const entries = await this.#inner.list(`${this.#parent}/${NUMBERS}`)
    return entries.filter(({ name }) => name.length === DIGITS && /^\d+$/.test(name)).map(({ name }) => Number(name))
  }

  #pathOf(number: number): string {
    return `${this.#parent}/${NUMBERS}/${String(number).padStart(DIGITS, '0')}`
  }

  #inFence(path: string): FencePath | undefined {
    if (!path.startsWith(`${this.#parent}/${this.#prefix}`)) return undefined
    const [fence = '', ...rest] = path.slice(this.#parent.length + 1).split('/')
    return { fence, file: rest.length === 0 ? undefined : rest.join('/') }
  }

  async #listParent(): Promise<FileStatus[]> {
    const found = await this.#fence()
    const others = (await this.#inner.list(this.#parent)).filter(({ name }) => !this.#isOwn(name))
    return found === undefined ? others : [...others, directoryOf(`${this.#parent}/${found.name}`)]
  }

  #isOwn(name: string): boolean {
    return name === NUMBERS || name === FILES || name.startsWith(this.#prefix)
  }

  async #copy(from: string, to: string): Promise<void> {
    await this.#put(to, await this.#inner.readFile(from))
    await this.#inner.delete(from)
  }

  async #put(path: string, bytes: Uint8Array): Promise<void> {
    const writer = await this.#inner.openForWrite(path)
    try {
      await writer.write(bytes)
    } finally {
      await writer.close()
    }
  }

  #putNumber({ number, ...content }: Fence): Promise<boolean> {
    const bytes = new TextEncoder().encode(JSON.stringify(content))
    const put = this.#inner.createNew?.(this.#pathOf(number), bytes)
    if (put !== undefined) return put
    throw new FlinkError('ASSERTION_FAILED', { what: 'a store of objects can put what is not there' })
  }
}

function fenceOf(number: number, bytes: Uint8Array): Fence {
  const { name, files } = JSON.parse(new TextDecoder().decode(bytes)) as Omit<Fence, 'number'>
  return { number, name, files }
}

function directoryOf(path: string): FileStatus {
  return { name: path.slice(path.lastIndexOf('/') + 1), path, isDirectory: true, isPlainFile: false, sizeBytes: 0 }
}
