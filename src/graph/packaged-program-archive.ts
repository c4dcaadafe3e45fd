import { ReasonError } from '../core/errors/reason-error.js'
import { createReadStream } from 'node:fs'
import { open, readdir, realpath, stat } from 'node:fs/promises'
import { isAbsolute, join, posix, relative, sep } from 'node:path'
import { createGunzip } from 'node:zlib'
import type { Parser } from 'tar'
import { FlinkError } from '../core/errors/flink-error.js'
import { messageOf } from '../core/errors/thrown-value.js'
import { makeDirectories } from '../core/fs/make-directories.js'
import { removeTree } from '../core/fs/remove-tree.js'
import { archiveEntryModule } from './packaged-program-manifest.js'

/** More than any job needs; less than what fills a disk before somebody notices. */
interface ArchiveLimits {
  readonly entries: number
  readonly sizeBytes: number
}

const DEFAULT_LIMITS: ArchiveLimits = { entries: 100_000, sizeBytes: 1024 ** 3 }

/** The headers of an entry, long names included, and the filling after it. */
const AROUND_ENTRY_BYTES = 2048
/** Tools fill archives up to a multiple of this. */
const RECORD_BYTES = 10_240

const GZIP_MAGIC = Buffer.from([0x1f, 0x8b])

/** What the parser gets is not compressed any more. */
const UNPACKED = { strict: true, gzip: false, brotli: false, zstd: false } as const

interface ArchiveEntry {
  readonly path: string
  readonly type: string
  readonly size: number
  readonly linkpath?: string | undefined
}

const PLAIN_TYPES: ReadonlySet<string> = new Set(['File', 'OldFile', 'ContiguousFile', 'Directory'])

/**
 * Unpacks a job archive and finds its module. The whole archive is inspected before a byte is written: entries that leave
 * the directory, links that do, and devices are refused. A refused archive leaves no file.
 */
export async function unpackProgramArchive(
  archivePath: string,
  directory: string,
  limits: ArchiveLimits = DEFAULT_LIMITS,
): Promise<string> {
  try {
    await inspect(archivePath, limits)
    await makeDirectories(directory)
    await extract(archivePath, directory, limits)
    const root = await realpath(directory)
    await checkLinks(root, root)
    return await archiveEntryModule(await packageDirectory(root))
  } catch (error) {
    await removeTree(directory)
    const reason = messageOf(error)
    throw new FlinkError('PROGRAM_ARCHIVE_INVALID', { path: archivePath, reason }, { cause: error })
  }
}

async function inspect(archivePath: string, limits: ArchiveLimits): Promise<void> {
  const { Parser } = await import('tar')
  let entries = 0
  let sizeBytes = 0
  let refusal: Error | undefined
  const parser = new Parser({
    ...UNPACKED,
    onReadEntry: (entry) => {
      entries += 1
      sizeBytes += entry.size
      const reason = reasonAgainst(entry) ?? reasonAgainstTotals({ entries, sizeBytes }, limits)
      if (reason !== undefined) refusal ??= new ReasonError(reason)
      entry.resume()
    },
  })
  const finished = new Promise<void>((fulfil, reject) => {
    parser.on('end', fulfil)
    parser.on('error', reject)
  })
  // A refused archive is not read further, so a bomb costs no more than the limits.
  const isOver = (): boolean => refusal !== undefined
  await Promise.all([feed(parser, archiveBytes(archivePath, limits), isOver), finished]).catch((error: unknown) => {
    refusal ??= asNoArchive(error)
  })
  if (refusal !== undefined) throw refusal
}

async function extract(archivePath: string, directory: string, limits: ArchiveLimits): Promise<void> {
  const { Unpack } = await import('tar')
  const unpack = new Unpack({ ...UNPACKED, cwd: directory, preserveOwner: false, noMtime: true })
  const finished = new Promise<void>((fulfil, reject) => {
    unpack.on('close', fulfil)
    unpack.on('error', reject)
  })
  await Promise.all([feed(unpack, archiveBytes(archivePath, limits), () => false), finished])
}

/** Hands the archive over up to its end mark: what comes after that is not read, and may be gigabytes of nothing. */
async function feed(parser: Parser, bytes: AsyncIterable<Buffer>, isOver: () => boolean): Promise<void> {
  let hasEnded = false
  parser.on('eof', () => {
    hasEnded = true
  })
  for await (const chunk of bytes) {
    if (!parser.write(chunk)) await new Promise<void>((resume) => parser.once('drain', resume))
    if (hasEnded || isOver()) break
  }
  parser.end()
}

/** Unpacked by zlib here and not by the tar parser, which takes a file that compresses very well for a bomb. */
async function* archiveBytes(archivePath: string, limits: ArchiveLimits): AsyncGenerator<Buffer> {
  const file = createReadStream(archivePath)
  const isCompressed = await beginsAsGzip(archivePath)
  const content = isCompressed ? file.pipe(createGunzip()) : file
  file.on('error', (error) => content.destroy(error))
  const most = limits.sizeBytes + limits.entries * AROUND_ENTRY_BYTES + RECORD_BYTES
  let sizeBytes = 0
  try {
    for await (const chunk of content as AsyncIterable<Buffer>) {
      sizeBytes += chunk.length
      if (sizeBytes > most) throw new ReasonError(tooLarge(limits))
      yield chunk
    }
  } finally {
    file.destroy()
    content.destroy()
  }
}

async function beginsAsGzip(archivePath: string): Promise<boolean> {
  const file = await open(archivePath, 'r')
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(GZIP_MAGIC.length), 0, GZIP_MAGIC.length)
    return bytesRead === GZIP_MAGIC.length && buffer.equals(GZIP_MAGIC)
  } finally {
    await file.close()
  }
}

function asNoArchive(error: unknown): ReasonError {
  if (error instanceof ReasonError) return error
  const reason = messageOf(error)
  return new ReasonError(`it is not a readable tar archive (${reason})`, { cause: error })
}

function reasonAgainstTotals(totals: ArchiveLimits, limits: ArchiveLimits): string | undefined {
  if (totals.entries > limits.entries) return `it has more than ${String(limits.entries)} entries`
  return totals.sizeBytes > limits.sizeBytes ? tooLarge(limits) : undefined
}

function tooLarge(limits: ArchiveLimits): string {
  return `it unpacks to more than ${String(limits.sizeBytes)} bytes`
}

function reasonAgainst(entry: ArchiveEntry): string | undefined {
  const path = entry.path.replaceAll('\\', '/')
  if (isAbsolutePath(path)) return `entry '${entry.path}' has an absolute path`
  if (leaves(path)) return `entry '${entry.path}' leads out of the archive`
  if (PLAIN_TYPES.has(entry.type)) return undefined
  const target = (entry.linkpath ?? '').replaceAll('\\', '/')
  // A symbolic link starts at its own directory, a hard link at the root of the archive.
  const linked = entry.type === 'SymbolicLink' ? posix.join(posix.dirname(path), target) : target
  if (entry.type === 'SymbolicLink' || entry.type === 'Link') {
    const isOutside = isAbsolutePath(target) || leaves(linked)
    return isOutside ? `link '${entry.path}' leads out of the archive, to '${entry.linkpath ?? ''}'` : undefined
  }
  return `entry '${entry.path}' is a ${entry.type}, only files, directories and links are allowed`
}

function isAbsolutePath(path: string): boolean {
  return path.startsWith('/') || /^[a-z]:/i.test(path)
}

function leaves(path: string): boolean {
  return posix.normalize(path).split('/')[0] === '..'
}

/** Links may lead over other links, so where they really end is looked up once they exist. */
async function checkLinks(root: string, directory: string): Promise<void> {
  for (const item of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, item.name)
    if (item.isDirectory()) await checkLinks(root, path)
    if (!item.isSymbolicLink()) continue
    const end = await realpath(path).catch((error: unknown) => {
      throw new ReasonError(`link '${relative(root, path)}' leads nowhere`, { cause: error })
    })
    const inside = relative(root, end)
    if (inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside)) {
      throw new ReasonError(`link '${relative(root, path)}' leads out of the archive`)
    }
  }
}

/** The directory of package.json: the archive's root, `package/` (npm pack), or the only directory at the top. */
async function packageDirectory(root: string): Promise<string> {
  const names = await readdir(root)
  if (names.length === 0) throw new ReasonError('it is empty')
  if (names.includes('package.json') || names.includes('index.js')) return root
  const name = names.includes('package') ? 'package' : names.length === 1 ? names[0] : undefined
  if (name === undefined) return root
  const candidate = join(root, name)
  return (await stat(candidate)).isDirectory() ? candidate : root
}
