import { FlinkError } from '../../core/errors/flink-error.js'
import { ReasonError } from '../../core/errors/reason-error.js'
import { messageOf } from '../../core/errors/thrown-value.js'
import { readPlainFile } from '../../core/fs/plain-file.js'

const SHORTEST_TOKEN = 16
const LARGEST_FILE_BYTES = 4096
const OPEN_TO_OTHERS = 0o077
/** What a header may hold, and no space. */
const TOKEN = /^[\x21-\x7e]+$/

const MAKE_ONE = 'Make one with: (umask 077; openssl rand -hex 32 > token.txt).'

/**
 * The token in a file that only its user, who is that of this process, may read. REST_TOKEN_FILE_INVALID says what is wrong
 * with the file, and never what is in it.
 */
export async function readTokenFile(path: string): Promise<string> {
  try {
    const terms = { limitBytes: LARGEST_FILE_BYTES, links: 'refused', check: checkPrivate } as const
    return tokenIn((await readPlainFile(path, terms)).toString('utf8'))
  } catch (error) {
    const reason = messageOf(error)
    throw new FlinkError('REST_TOKEN_FILE_INVALID', { path, reason, advice: MAKE_ONE }, { cause: error })
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

function checkPrivate({ uid, mode }: { readonly uid: number; readonly mode: number }): void {
  const ownUid = process.getuid?.()
  // Windows has neither.
  if (ownUid === undefined) return
  if (uid !== ownUid) throw new ReasonError(`it belongs to another user (${String(uid)})`)
  if ((mode & OPEN_TO_OTHERS) === 0) return
  const shown = (mode & 0o777).toString(8).padStart(4, '0')
  throw new ReasonError(`other users may read or change it (its mode is ${shown}, and has to be 0600)`)
}
