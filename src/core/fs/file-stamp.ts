import { stat } from 'node:fs/promises'
import { errnoOf } from './errno.js'

/**
 * By which a local file is known again: its size, when its bytes were last written, and which file it is. Links to it do not
 * change it; whoever writes to it, cuts it off or puts another one in its place does. Undefined when nothing is there.
 */
export async function fileStamp(file: string): Promise<string | undefined> {
  try {
    const { size, mtimeNs, dev, ino } = await stat(file, { bigint: true })
    return [size, mtimeNs, dev, ino].join(' ')
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined
    throw error
  }
}
