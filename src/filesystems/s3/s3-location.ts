import { FlinkError } from '../../core/errors/flink-error.js'

/** Where an object is, and how its path is written. */
export interface S3Location {
  readonly path: string
  readonly bucket: string
  /** Without a slash at its beginning or end; empty for the bucket itself. */
  readonly key: string
}

const PATH = /^s3[ap]?:\/\/([^/]+)((?:\/.*)?)$/s

/** `s3://bucket/a/b`. PATH_INVALID where there is no bucket. */
export function s3LocationOf(text: string): S3Location {
  const [, bucket, rest = ''] = PATH.exec(text) ?? []
  if (bucket === undefined) {
    throw new FlinkError('PATH_INVALID', { path: text, reason: 'it names no bucket, as s3://bucket/directory does' })
  }
  const key = rest.split('/').filter(isName).join('/')
  const scheme = text.slice(0, text.indexOf(':'))
  return { path: key === '' ? `${scheme}://${bucket}` : `${scheme}://${bucket}/${key}`, bucket, key }
}

/** What is in the directory at such a location begins with this. */
export function keyPrefixOf({ key }: S3Location): string {
  return key === '' ? '' : `${key}/`
}

export function s3Child({ path, bucket, key }: S3Location, name: string): S3Location {
  return { path: `${path}/${name}`, bucket, key: key === '' ? name : `${key}/${name}` }
}

/** Undefined above a bucket. */
export function s3ParentOf({ path, bucket, key }: S3Location): S3Location | undefined {
  if (key === '') return undefined
  const slash = key.lastIndexOf('/')
  return { path: path.slice(0, path.lastIndexOf('/')), bucket, key: slash < 0 ? '' : key.slice(0, slash) }
}

export function s3NameOf({ bucket, key }: S3Location): string {
  return key === '' ? bucket : key.slice(key.lastIndexOf('/') + 1)
}

function isName(name: string): boolean {
  return name !== ''
}
