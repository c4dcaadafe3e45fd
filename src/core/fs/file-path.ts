import path from 'node:path'
import { FlinkError } from '../errors/flink-error.js'

export interface FileUri {
  readonly scheme: string
  /** Absolute path without scheme; for other schemes than `file` everything after `scheme:`. */
  readonly path: string
}

/**
 * `file:///a`, `file:/a`, `/a` or a path relative to the working directory; `hdfs://host/a` keeps its scheme. Nothing is
 * unescaped, as in Flink. PATH_INVALID for what cannot be meant: an empty path, or a forgotten slash in `file://tmp/a`.
 */
export function parseFileUri(text: string, workingDirectory: string = process.cwd()): FileUri {
  if (text.trim() === '') throw invalid(text, 'it is empty')
  if (text.includes('\0')) throw invalid(text.replaceAll('\0', '\\0'), 'it holds a zero character')
  const match = /^([a-zA-Z][a-zA-Z0-9+.-]+):(.*)$/s.exec(text)
  if (match === null) return { scheme: 'file', path: path.resolve(workingDirectory, text) }
  const [, scheme = '', rest = ''] = match
  if (scheme.toLowerCase() !== 'file') return { scheme: scheme.toLowerCase(), path: rest }
  if (!rest.startsWith('/')) throw invalid(text, 'a relative path after a scheme; write it without file:')
  const [, authority = ''] = /^\/\/([^/]+)/.exec(rest) ?? []
  if (authority !== '' && authority !== 'localhost') {
    const hint = `Did you forget a slash? (correct path would be 'file:///${rest.slice(2)}')`
    throw invalid(text, `found local file path with authority '${authority}'. Hint: ${hint}`)
  }
  return { scheme: 'file', path: path.resolve('/', rest.replace(/^\/\/(localhost)?/, '/').replace(/^\/+/, '/')) }
}

/** As Flink prints it: one slash after the scheme. */
export function toFileUri(absolutePath: string): string {
  return `file:${absolutePath}`
}

/** Of the directory that holds it; the root holds itself. */
export function parentOf(absolutePath: string): string {
  return path.dirname(absolutePath)
}

function invalid(text: string, reason: string): FlinkError {
  return new FlinkError('PATH_INVALID', { path: text, reason })
}
