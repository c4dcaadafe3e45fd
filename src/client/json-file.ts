import { ReasonError } from '../core/errors/reason-error.js'
import { readPlainFile } from '../core/fs/plain-file.js'

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
export async function readJsonFile(file: string, { limitBytes, owners }: BelievedFile): Promise<unknown> {
  const check = ({ uid }: { readonly uid: number }): void => {
    if (owners.length > 0 && !owners.includes(uid)) throw new ReasonError(`it belongs to another user (${String(uid)})`)
  }
  const bytes = await readPlainFile(file, { limitBytes, links: 'refused', check })
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch (cause) {
    throw new ReasonError('it is not JSON', { cause })
  }
}
