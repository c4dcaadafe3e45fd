// Duty: what the NameNode tells of files, as the file system has it.
// Invariants: an answer in which something is missing is no answer. A listing comes in parts, as large as the NameNode wants them.
import type { FileStatus } from '../../core/fs/file-system.js'
import { nameOf } from './hdfs-path.js'
import { fieldOf } from './remote-exception.js'
import type { WebHdfsClient } from './web-hdfs-client.js'
import { WebHdfsFailure } from './web-hdfs-failure.js'

/** Hadoop before 2.9 does not know it, and says so by its name. */
const LISTING_IN_PARTS = 'LISTSTATUS_BATCH'

export interface HdfsStatus extends FileStatus {
  /** The same under another name; of HttpFS, which does not tell the id, time and length stand for it. */
  readonly identity: string
}

export function statusIn(answer: unknown, path: string): HdfsStatus {
  return statusOf(fieldOf(answer, 'FileStatus'), path)
}

/** By name. */
export async function listingOf(client: WebHdfsClient, directory: string): Promise<FileStatus[]> {
  const entries = await entriesOf(client, directory)
  // A file is listed as itself, without a name.
  if (entries.some((entry) => fieldOf(entry, 'pathSuffix') === '')) {
    throw new WebHdfsFailure('refused', 'it is not a directory')
  }
  const statuses = entries.map((entry) => statusOf(entry, `${directory}/${suffixOf(entry)}`))
  return statuses.sort((left, right) => (left.name < right.name ? -1 : 1))
}

async function entriesOf(client: WebHdfsClient, path: string): Promise<unknown[]> {
  try {
    return await entriesInParts(client, path)
  } catch (error) {
    if (!WebHdfsFailure.is(error, 'refused') || !error.message.includes(LISTING_IN_PARTS)) throw error
    return filesIn(await client.ask({ method: 'GET', path, op: 'LISTSTATUS' }))
  }
}

async function entriesInParts(client: WebHdfsClient, path: string): Promise<unknown[]> {
  const found: unknown[] = []
  for (let startAfter = ''; ;) {
    const parameters = startAfter === '' ? {} : { startAfter }
    const answer = await client.ask({ method: 'GET', path, op: LISTING_IN_PARTS, parameters })
    const listing = fieldOf(answer, 'DirectoryListing')
    const part = filesIn(fieldOf(listing, 'partialListing'))
    found.push(...part)
    const remaining = fieldOf(listing, 'remainingEntries')
    if (part.length === 0 || remaining === 0) return found
    startAfter = suffixOf(part.at(-1))
  }
}

function filesIn(answer: unknown): unknown[] {
  const files = fieldOf(fieldOf(answer, 'FileStatuses'), 'FileStatus')
  if (Array.isArray(files)) return files
  throw new WebHdfsFailure('broken', 'the answer holds no listing')
}

function suffixOf(entry: unknown): string {
  const suffix = fieldOf(entry, 'pathSuffix')
  if (typeof suffix !== 'string') throw new WebHdfsFailure('broken', 'a file in the listing has no name')
  return suffix
}

function statusOf(found: unknown, path: string): HdfsStatus {
  const [type, length] = [fieldOf(found, 'type'), fieldOf(found, 'length')]
  if (typeof type !== 'string' || typeof length !== 'number') {
    throw new WebHdfsFailure('broken', 'the answer holds no status of a file')
  }
  const isDirectory = type === 'DIRECTORY'
  const [id, time] = [fieldOf(found, 'fileId'), fieldOf(found, 'modificationTime')]
  const identity = typeof id === 'number' && id !== 0 ? String(id) : `${String(time)} ${String(length)}`
  return { name: nameOf(path), path, isDirectory, isPlainFile: type === 'FILE', sizeBytes: length, identity }
}
