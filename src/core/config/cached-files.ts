import { FlinkError } from '../errors/flink-error.js'
import type { Configuration } from './configuration.js'
import { PipelineOptions } from './pipeline-options.js'

/** A file or directory that functions find by its name. */
export interface CachedFile {
  readonly name: string
  /** A path or URI, as it was given. */
  readonly path: string
}

/** What `pipeline.cached-files` names; CACHED_FILES_INVALID where it is not written as it has to be. */
export function cachedFilesOf(configuration: Configuration): readonly CachedFile[] {
  const text = configuration.get(PipelineOptions.CACHED_FILES) ?? ''
  return text
    .split(';')
    .filter((entry) => entry.trim() !== '')
    .map(cachedFileOf)
}

/** A later file of the same name takes the place of the earlier one. */
export function addCachedFile(configuration: Configuration, file: CachedFile): void {
  const files = [...cachedFilesOf(configuration).filter(({ name }) => name !== file.name), file]
  const text = files.map(({ name, path }) => `name:${name},path:${path}`).join(';')
  // Read again, so that a name or path that cannot be written down is refused here.
  cachedFileOf(`name:${file.name},path:${file.path}`)
  if (/[;]/.test(`${file.name}${file.path}`)) throw invalid(file.path, 'a semicolon ends an entry')
  configuration.set(PipelineOptions.CACHED_FILES, text)
}

function cachedFileOf(entry: string): CachedFile {
  const match = /^\s*name:(?<name>[^,]+),\s*path:(?<path>.+?)\s*$/s.exec(entry)
  const { name = '', path = '' } = match?.groups ?? {}
  if (match === null) throw invalid(entry, 'a name or a path is missing, or the name holds a comma')
  return { name, path: path.replace(/^`(.*)`$/s, '$1').replace(/,executable:(?:true|false)$/, '') }
}

function invalid(entry: string, reason: string): FlinkError {
  return new FlinkError('CACHED_FILES_INVALID', { entry, reason })
}
