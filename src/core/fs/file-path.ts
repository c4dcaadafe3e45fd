import path from 'node:path'
import { FlinkError } from '../errors/flink-error.js'

export interface FileUri {
  readonly scheme: string
  /** Absolute path without scheme; for other schemes than `file` the whole URI. */
  readonly path: string
}

/** Of a path that is a URI what comes before its path: `hdfs://namenode:9000`, `s3://bucket`, `hdfs://`. */
const ROOT = /^[a-z][a-z0-9+.-]+:\/\/[^/]*/

/**
 * `file:///a`, `file:/a`, `/a` or a path relative to the working directory; `hdfs://host/a` stays a URI, without steps aside
 * and slashes that mean nothing, and `hdfs:/a` is `hdfs:///a`. The root of a host has no slash at its end, so that
 * `${directory}/${name}` is a path in it. Nothing is unescaped, as in Flink. PATH_INVALID for what cannot be meant: an empty path,
 * or a forgotten slash in `file://tmp/a`.
 */
export function parseFileUri(text: string, workingDirectory: string = process.cwd()): FileUri {
  if (text.trim() === '') throw invalid(text, 'it is empty')
  if (text.includes('\0')) throw invalid(text.replaceAll('\0', '\\0'), 'it holds a zero character')
  const match = /^([a-zA-Z][a-zA-Z0-9+.-]+):(.*)$/s.exec(text)
  if (match === null) return { scheme: 'file', path: path.resolve(workingDirectory, text) }
  const [, written = '', rest = ''] = match
  const scheme = written.toLowerCase()
  if (scheme !== 'file') return { scheme, path: remotePath(scheme, rest) }
  if (!rest.startsWith('/')) throw invalid(text, 'a relative path after a scheme; write it without file:')
  const [, authority = ''] = /^\/\/([^/]+)/.exec(rest) ?? []
  if (authority !== '' && authority !== 'localhost') {
    const hint = `Did you forget a slash? (correct path would be 'file:///${rest.slice(2)}')`
    throw invalid(text, `found local file path with authority '${authority}'. Hint: ${hint}`)
  }
  return { scheme: 'file', path: path.resolve('/', rest.replace(/^\/\/(localhost)?/, '/').replace(/^\/+/, '/')) }
}

/** As Flink prints it: one slash after the scheme. A path that is a URI is given back as it is. */
export function toFileUri(absolutePath: string): string {
  return isUri(absolutePath) ? absolutePath : `file:${absolutePath}`
}

/** Of the directory that holds it; a root holds itself. */
export function parentOf(absolutePath: string): string {
  return rootOf(absolutePath) === absolutePath ? absolutePath : path.dirname(absolutePath)
}

/** `/`, or of a path that is a URI its scheme and host. */
export function rootOf(absolutePath: string): string {
  return ROOT.exec(absolutePath)?.[0] ?? '/'
}

function isUri(absolutePath: string): boolean {
  return ROOT.test(absolutePath)
}

/** Of what is no path from a root nobody knows what it means: it stays as it is, and is refused by who would have to. */
function remotePath(scheme: string, rest: string): string {
  const match = /^(?:\/\/([^/]*))?(\/.*)?$/s.exec(rest)
  if (match === null) return `${scheme}:${rest}`
  const [, authority = '', written = ''] = match
  const normal = path.posix.normalize(`/${written}`).replace(/\/$/, '')
  return `${scheme}://${authority}${normal}`
}

function invalid(text: string, reason: string): FlinkError {
  return new FlinkError('PATH_INVALID', { path: text, reason })
}
