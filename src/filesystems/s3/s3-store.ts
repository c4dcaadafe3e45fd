import type { FileSystem } from '../../core/fs/file-system.js'
import type { S3Objects } from './s3-objects.js'
import type { S3Uploads } from './s3-uploads.js'

/** What files that are exactly once need of a file system on S3. */
export interface S3Store extends Pick<FileSystem, 'readFile'> {
  readonly objects: S3Objects
  readonly uploads: S3Uploads
}
