import { constants } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { ReasonError } from '../core/errors/reason-error.js'

/** No link is followed, and a pipe that nobody writes to keeps nobody. Windows has neither flag. */
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

/** Which files are believed. */
export interface BelievedFile {
  readonly limitBytes: number
  /** Ids of the users who may have written it; empty where the system has none. */
  readonly owners: readonly number[]
}

/**
 * What a file says that anybody may have put there; ReasonError for what is no plain file of JSON, too long, or of another
 * user than it may be.
 */
export async function readJsonFile(file: string, believed: BelievedFile): Promise<unknown> {
  const text = await readPlainFile(file, believed)
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new ReasonError('it is not JSON', { cause })
  }
}

async function readPlainFile(file: string, { limitBytes, owners }: BelievedFile): Promise<string> {
  const handle = await openPlain(file)
  try {
    const stat = await handle.stat()
    if (!stat.isFile()) throw new ReasonError('it is no plain file')
    if (owners.length > 0 && !owners.includes(stat.uid)) {
      throw new ReasonError(`it belongs to another user (${String(stat.uid)})`)
    }
    if (stat.size > limitBytes) throw new ReasonError(`it has more than ${String(limitBytes)} bytes`)
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(stat.size), 0, stat.size, 0)
    return buffer.toString('utf8', 0, bytesRead)
  } finally {
    await handle.close()
  }
}

async function openPlain(file: string): Promise<FileHandle> {
  try {
    return await open(file, FLAGS)
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
    if (code === 'ELOOP') throw new ReasonError('it is a symbolic link', { cause })
    // What a socket answers.
    if (code === 'ENXIO') throw new ReasonError('it is no plain file', { cause })
    throw cause
  }
}
