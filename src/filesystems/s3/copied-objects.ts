// Duty: bytes that a store copies itself, without us.
// Thread: any.
import { FlinkError } from '../../core/errors/flink-error.js'
import type { UploadedParts } from './part-uploads.js'
import type { S3Location } from './s3-location.js'
import type { S3Objects } from './s3-objects.js'
import type { S3Part, S3Uploads } from './s3-uploads.js'

const GB = 1024 ** 3
/** The largest that one request copies. */
const LARGEST_COPY_BYTES = 5 * GB
/** Of larger ones: the last of them is not shorter than a store wants parts to be. */
const COPIED_PART_BYTES = GB
const SMALLEST_PART_BYTES = 5 * 1024 * 1024

interface Store {
  readonly objects: S3Objects
  readonly uploads: S3Uploads
}

export async function copyS3Object(
  { objects, uploads }: Store,
  from: S3Location,
  to: S3Location,
  sizeBytes: number,
): Promise<void> {
  if (sizeBytes <= LARGEST_COPY_BYTES) {
    await objects.copy(from, to)
    return
  }
  const uploadId = await uploads.create(to)
  const parts = await copiedParts(uploads, { from, to, uploadId, lengthBytes: sizeBytes })
  const outcome = await uploads.complete(to, uploadId, parts)
  if (outcome !== 'completed') throw gone(from)
}

/** An upload that begins with the first bytes of the object that it will replace. */
export async function partsBefore(uploads: S3Uploads, at: S3Location, lengthBytes: number): Promise<UploadedParts> {
  const uploadId = await uploads.create(at)
  const parts = await copiedParts(uploads, { from: at, to: at, uploadId, lengthBytes })
  return { uploadId, parts, nextNumber: parts.length + 1 }
}

interface CopiedBytes {
  readonly from: S3Location
  readonly to: S3Location
  readonly uploadId: string
  readonly lengthBytes: number
}

async function copiedParts(uploads: S3Uploads, { from, to, uploadId, lengthBytes }: CopiedBytes): Promise<S3Part[]> {
  const parts: S3Part[] = []
  try {
    for (let first = 0; first < lengthBytes;) {
      const left = lengthBytes - first
      const isLast = left <= COPIED_PART_BYTES + SMALLEST_PART_BYTES
      const last = first + (isLast ? left : COPIED_PART_BYTES) - 1
      const part = await uploads.copyPart(to, uploadId, parts.length + 1, { from, first, last })
      if (part === undefined) throw gone(from)
      parts.push(part)
      first = last + 1
    }
    return parts
  } catch (error) {
    // What failed is what the caller has to know.
    await Promise.allSettled([uploads.abort(to, uploadId)])
    throw error
  }
}

function gone({ path }: S3Location): FlinkError {
  return new FlinkError('FILE_NOT_FOUND', { path })
}
