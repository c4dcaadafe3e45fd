import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const PACKAGE = new URL('../../../../', import.meta.url)

/** Version of this package, from its package.json. */
export function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('package.json', PACKAGE), 'utf8')) as { version: string }
  return version
}

/** Where it lies. */
export function packageDirectory(): string {
  return fileURLToPath(new URL('.', PACKAGE)).replace(/[\\/]$/, '')
}
