import { lstat, mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { errnoOf } from '../core/fs/errno.js'
import { ReasonError } from '../core/errors/reason-error.js'

/** The kernel's limit on the length of a socket path is 107 bytes on Linux and 103 on macOS. */
const SOCKET_PATH_LIMIT_BYTES = 103
const PRIVATE_DIRECTORY = 0o700
const OPEN_TO_OTHERS = 0o077
const SOCKET_FILE = /^[0-9a-f]{32}\.sock$/
const PIPE = /^\\\\\.\\pipe\\flink-ts-[0-9a-f]{32}$/
const ASIDE = /^flink-ts-\d+$/

/** Where the socket of a job goes: beside its entry, or into a directory aside when the path would be too long. */
export function socketPathOf(runDirectory: string, jobId: string): string {
  if (process.platform === 'win32') return `\\\\.\\pipe\\flink-ts-${jobId}`
  const here = path.join(runDirectory, `${jobId}.sock`)
  if (Buffer.byteLength(here) <= SOCKET_PATH_LIMIT_BYTES) return here
  // Not by the user's name: a container may run under an id that has none.
  return path.join(tmpdir(), `flink-ts-${String(process.getuid?.())}`, `${jobId}.sock`)
}

/** Makes the directory aside where `socketPath` needs it; ReasonError when it is not private to this user. */
export async function prepareSocketPlace(runDirectory: string, socketPath: string): Promise<void> {
  const aside = path.dirname(socketPath)
  if (process.platform === 'win32' || aside === path.normalize(runDirectory)) return
  const tooLong = 'the path of a socket in it would be too long'
  if (Buffer.byteLength(socketPath) > SOCKET_PATH_LIMIT_BYTES) {
    throw new ReasonError(`${tooLong}, and so would ${socketPath}; a shorter one is needed`)
  }
  try {
    await mkdir(aside, { mode: PRIVATE_DIRECTORY })
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error
  }
  const problem = await problemOf(aside, [process.getuid?.()])
  if (problem === undefined) return
  throw new ReasonError(
    `${tooLong}, and ${aside}, where it would go instead, ${problem}; remove that or take a shorter one`,
  )
}

/**
 * Where to look for the socket that an entry names. The directory may be seen here under another path than the job sees
 * it, so only the name counts; another directory only when it is one that this module makes, and private. Undefined for
 * anything else: what an entry says must not lead anywhere.
 */
export async function findSocket(runDirectory: string, named: string): Promise<string | undefined> {
  if (process.platform === 'win32') return PIPE.test(named) ? named : undefined
  const name = path.basename(named)
  if (!SOCKET_FILE.test(name)) return undefined
  const here = path.join(runDirectory, name)
  const aside = path.dirname(named)
  if (aside === runDirectory || !ASIDE.test(path.basename(aside)) || (await isSocket(here))) return here
  if (Buffer.byteLength(named) > SOCKET_PATH_LIMIT_BYTES) return undefined
  try {
    const { uid } = await lstat(runDirectory)
    return (await problemOf(aside, [process.getuid?.(), uid])) === undefined ? named : undefined
  } catch (error) {
    // The directory was removed, and the socket with it.
    return errnoOf(error) === 'ENOENT' ? named : undefined
  }
}

export async function isSocket(file: string): Promise<boolean> {
  try {
    return (await lstat(file)).isSocket()
  } catch {
    return false
  }
}

/** Why a directory is not private to one of these users. */
async function problemOf(directory: string, uids: readonly (number | undefined)[]): Promise<string | undefined> {
  const stat = await lstat(directory)
  if (!stat.isDirectory()) return 'is no directory'
  if (!uids.includes(stat.uid)) return `belongs to another user (${String(stat.uid)})`
  return (stat.mode & OPEN_TO_OTHERS) === 0 ? undefined : 'is open to other users'
}
