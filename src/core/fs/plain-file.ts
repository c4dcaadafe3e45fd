import { constants } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { ReasonError } from '../errors/reason-error.js'
import { errnoOf } from './errno.js'

export interface PlainFileTerms {
  readonly limitBytes: number
  readonly links: 'followed' | 'refused'
  /** Looks at the file that is open; throws where it is not to be read. */
  readonly check?: (status: { readonly uid: number; readonly mode: number }) => void
}

/**
 * The bytes of a file that anybody may have put there. ReasonError for what is no plain file or too long; a pipe that nobody
 * writes to keeps nobody.
 */
export async function readPlainFile(file: string, { limitBytes, links, check }: PlainFileTerms): Promise<Buffer> {
  const handle = await openPlain(file, links === 'refused' ? constants.O_NOFOLLOW : 0)
  try {
    const status = await handle.stat()
    if (!status.isFile()) throw new ReasonError('it is no plain file')
    check?.(status)
    if (status.size > limitBytes) throw new ReasonError(`it has more than ${String(limitBytes)} bytes`)
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(status.size), 0, status.size, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}

/** Windows has none of the flags. */
async function openPlain(file: string, flags: number): Promise<FileHandle> {
  try {
    return await open(file, constants.O_RDONLY | constants.O_NONBLOCK | flags)
  } catch (cause) {
    if (errnoOf(cause) === 'ELOOP') throw new ReasonError('it is a symbolic link', { cause })
    // What a socket answers.
    if (errnoOf(cause) === 'ENXIO') throw new ReasonError('it is no plain file', { cause })
    throw cause
  }
}
