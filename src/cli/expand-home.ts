import { homedir } from 'node:os'
import path from 'node:path'

/** `~/x` under the user's home, anything else relative to the working directory. */
export function expandHome(directory: string, workingDirectory: string): string {
  if (directory === '~') return homedir()
  if (directory.startsWith('~/')) return path.join(homedir(), directory.slice(2))
  return path.resolve(workingDirectory, directory)
}
