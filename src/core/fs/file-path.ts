import path from 'node:path'

export interface FileUri {
  readonly scheme: string
  /** Absolute path without scheme; for other schemes than `file` everything behind `scheme:`. */
  readonly path: string
}

/** `file:///a`, `file:/a`, `/a` or a path relative to the working directory; `hdfs://host/a` keeps its scheme. */
export function parseFileUri(text: string, workingDirectory: string = process.cwd()): FileUri {
  const match = /^([a-zA-Z][a-zA-Z0-9+.-]+):(.*)$/s.exec(text)
  if (match === null) return { scheme: 'file', path: path.resolve(workingDirectory, text) }
  const [, scheme = '', rest = ''] = match
  if (scheme.toLowerCase() !== 'file') return { scheme: scheme.toLowerCase(), path: rest }
  return { scheme: 'file', path: path.resolve('/', rest.replace(/^\/\/+(?=\/)/, '')) }
}

/** As Flink prints it: one slash behind the scheme. */
export function toFileUri(absolutePath: string): string {
  return `file:${absolutePath}`
}
