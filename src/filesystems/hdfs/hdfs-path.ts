import { FlinkError } from '../../core/errors/flink-error.js'

/** A path as the file system has it, and what of it a NameNode is asked for. */
export interface HdfsPath {
  readonly scheme: string
  /** Host and port, or the name of a nameservice; empty where the configuration has to say it. */
  readonly authority: string
  /** Absolute, without scheme. */
  readonly file: string
}

/** PATH_INVALID where no absolute path follows the scheme. */
export function hdfsPathOf(path: string): HdfsPath {
  const [, scheme, authority = '', file = ''] = /^([a-z][a-z0-9+.-]+):(?:\/\/([^/]*))?(\/.*)?$/s.exec(path) ?? []
  if (scheme !== undefined) return { scheme, authority, file: file === '' ? '/' : file }
  throw new FlinkError('PATH_INVALID', { path, reason: 'it has to be like hdfs://namenode:9000/directory/file' })
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}
