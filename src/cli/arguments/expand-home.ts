import { homedir } from 'node:os'
import path from 'node:path'
import { FlinkError } from '../../core/errors/flink-error.js'

/** `~/x` under the user's home, anything else relative to the working directory. */
export function expandHome(directory: string, workingDirectory: string): string {
  if (directory === '~') return homeFor(directory)
  if (directory.startsWith('~/')) return path.join(homeFor(directory), directory.slice(2))
  return path.resolve(workingDirectory, directory)
}

/** HOME_DIRECTORY_MISSING in a container, say, whose user has no name and no HOME. */
function homeFor(directory: string): string {
  let home: string
  try {
    home = homedir()
  } catch (error) {
    const reason = 'HOME is not set and the user has no entry in the list of users'
    throw new FlinkError('HOME_DIRECTORY_MISSING', { directory, reason }, { cause: error })
  }
  if (path.isAbsolute(home)) return home
  const reason = home === '' ? 'HOME is empty' : `HOME is no absolute path: ${home}`
  throw new FlinkError('HOME_DIRECTORY_MISSING', { directory, reason })
}
