import { constants } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { FlinkError } from '../../core/errors/flink-error.js'
import { ReasonError } from '../../core/errors/reason-error.js'
import { messageOf } from '../../core/errors/thrown-value.js'
import { errnoOf } from '../../core/fs/errno.js'

const SHORTEST_TOKEN = 16
const LARGEST_FILE_BYTES = 4096
const OPEN_TO_OTHERS = 0o077
/** No link is followed, and a pipe that nobody writes to keeps nobody. Windows has neither flag. */
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
/** What a header may hold, and no space. */
const TOKEN = /^[\x21-\x7e]+$/

const MAKE_ONE = 'Make one with: (umask 077; openssl rand -hex 32 > token.txt).'

/**
 * The token in a file that only its user, who is that of this process, may read. REST_TOKEN_FILE_INVALID says what is wrong
 * with the file, and never what is in it.
 */
export async function readTokenFile(path: string): Promise<string> {
  let handle: FileHandle | undefined
  try {
    handle = await opened(path)
    await checkPrivate(handle)
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(LARGEST_FILE_BYTES + 1), 0, LARGEST_FILE_BYTES + 1, 0)
    if (bytesRead > LARGEST_FILE_BYTES) throw new ReasonError(`it has more than ${String(LARGEST_FILE_BYTES)} bytes`)
    return tokenIn(buffer.toString('utf8', 0, bytesRead))
  } catch (error) {
    const reason = messageOf(error)
    throw new FlinkError('REST_TOKEN_FILE_INVALID', { path, reason, advice: MAKE_ONE }, { cause: error })
  } finally {
    await handle?.close()
  }
}

function tokenIn(text: string): string {
  const token = text.trim()
  if (token.length < SHORTEST_TOKEN) {
    throw new ReasonError(`its token has less than ${String(SHORTEST_TOKEN)} characters`)
  }
  if (!TOKEN.test(token)) throw new ReasonError('its token has spaces, or characters that a header cannot hold')
  return token
}

async function opened(path: string): Promise<FileHandle> {
  try {
    return await open(path, FLAGS)
  } catch (cause) {
    if (errnoOf(cause) === 'ELOOP') throw new ReasonError('it is a symbolic link', { cause })
    if (errnoOf(cause) === 'ENXIO') throw new ReasonError('it is no regular file', { cause })
    throw cause
  }
}

async function checkPrivate(handle: FileHandle): Promise<void> {
  const stat = await handle.stat()
  if (!stat.isFile()) throw new ReasonError('it is no regular file')
  const { uid, mode } = stat
  // Windows has neither.
  const ownUid = process.getuid?.()
  if (ownUid === undefined) return
  if (uid !== ownUid) throw new ReasonError(`it belongs to another user (${String(uid)})`)
  if ((mode & OPEN_TO_OTHERS) === 0) return
  const shown = (mode & 0o777).toString(8).padStart(4, '0')
  throw new ReasonError(`other users may read or change it (its mode is ${shown}, and has to be 0600)`)
}
