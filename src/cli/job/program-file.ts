import { statSync } from 'node:fs'
import type { JobStartInfo } from '../../client/rest-cluster-client.js'
import type { RunRequest } from './run-request.js'

/** By what a job file is known again; null where it cannot be looked at, or is no more once the job has ended. */
export function programFileOf({ jobFile, recovered }: Pick<RunRequest, 'jobFile' | 'recovered'>): JobStartInfo['file'] {
  if (recovered?.runsCopy === true) return null
  try {
    const { size, mtimeMs } = statSync(jobFile)
    return { sizeBytes: size, mtimeMs }
  } catch {
    return null
  }
}

/** The program of the job can be started again as it was. Modules that the job file imports are not looked at. */
export function isFileUnchanged({ jobFile, file }: JobStartInfo): boolean {
  const now = programFileOf({ jobFile })
  return file !== null && now !== null && file.sizeBytes === now.sizeBytes && file.mtimeMs === now.mtimeMs
}
