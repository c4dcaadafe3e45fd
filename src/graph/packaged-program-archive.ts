import { ReasonError } from '../core/errors/reason-error.js'
import { createReadStream } from 'node:fs'
import { readdir, realpath, rm, stat } from 'node:fs/promises'
import { isAbsolute, join, posix, relative, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { Writable } from 'node:stream'
import { FlinkError } from '../core/errors/flink-error.js'
import { makeDirectories } from '../core/fs/make-directories.js'
import { archiveEntryModule } from './packaged-program-manifest.js'

/** More than any job needs; less than what fills a disk before somebody notices. */
interface ArchiveLimits {
  readonly entries: number
  readonly sizeBytes: number
}

const DEFAULT_LIMITS: ArchiveLimits = { entries: 100_000, sizeBytes: 1024 ** 3 }

interface ArchiveEntry {
  readonly path: string
  readonly type: string
  readonly size: number
  readonly linkpath?: string | undefined
}

const PLAIN_TYPES: ReadonlySet<string> = new Set(['File', 'OldFile', 'ContiguousFile', 'Directory'])

/**
 * Unpacks a job archive and finds its module. The whole archive is inspected before a byte is written: entries that leave
 * the directory, links that do, and devices are refused. Nothing is left behind when it is refused.
 */
export async function unpackProgramArchive(
  archivePath: string,
  directory: string,
  limits: ArchiveLimits = DEFAULT_LIMITS,
): Promise<string> {
  try {
    await inspect(archivePath, limits)
    await makeDirectories(directory)
    const { extract } = await import('tar')
    await extract({ file: archivePath, cwd: directory, strict: true, preserveOwner: false, noMtime: true })
    const root = await realpath(directory)
    await checkLinks(root, root)
    return await archiveEntryModule(await packageDirectory(root))
  } catch (error) {
    await rm(directory, { recursive: true, force: true })
    const reason = error instanceof Error ? error.message : String(error)
    throw new FlinkError('PROGRAM_ARCHIVE_INVALID', { path: archivePath, reason }, { cause: error })
  }
}

async function inspect(archivePath: string, limits: ArchiveLimits): Promise<void> {
  const { Parser } = await import('tar')
  let entries = 0
  let sizeBytes = 0
  let refusal: Error | undefined
  const parser = new Parser({
    strict: true,
    onReadEntry: (entry) => {
      entries += 1
      sizeBytes += entry.size
      const reason = reasonAgainst(entry) ?? reasonAgainstTotals({ entries, sizeBytes }, limits)
      if (reason !== undefined) refusal ??= new Error(reason)
      entry.resume()
    },
  })
  const finished = new Promise<void>((fulfil, reject) => {
    parser.on('end', fulfil)
    parser.on('error', reject)
  })
  // A refused archive is not read further, so a bomb costs no more than the limits.
  const sink = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      if (parser.write(chunk) || refusal !== undefined) done(refusal)
      else
        parser.once('drain', () => {
          done(refusal)
        })
    },
    final: (done) => {
      parser.end()
      done(refusal)
    },
  })
  await Promise.all([pipeline(createReadStream(archivePath), sink), finished.catch(asNoArchive)])
  if (refusal !== undefined) throw refusal
}

function asNoArchive(error: unknown): never {
  const reason = error instanceof Error ? error.message : String(error)
  throw new ReasonError(`it is not a readable tar archive (${reason})`, { cause: error })
}

function reasonAgainstTotals(totals: ArchiveLimits, limits: ArchiveLimits): string | undefined {
  if (totals.entries > limits.entries) return `it has more than ${String(limits.entries)} entries`
  if (totals.sizeBytes > limits.sizeBytes) return `it unpacks to more than ${String(limits.sizeBytes)} bytes`
  return undefined
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
