import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { FlinkError } from '../core/errors/flink-error.js'
import { openPackagedProgram } from '../graph/packaged-program.js'

export interface OpenedProgram {
  readonly moduleUrl: string
  /** Removes what an archive was unpacked into; to be called when the job has ended. */
  close(): Promise<void>
}

const ARCHIVE = /\.(tgz|tar\.gz|tar)$/i

/** Checks the job file and unpacks it when it is an archive. */
export async function openProgram(jobFile: string, workingDirectory: string): Promise<OpenedProgram> {
  const isArchive = ARCHIVE.test(jobFile)
  const unpackDirectory = isArchive ? await temporaryDirectory() : ''
  const close = (): Promise<void> =>
    isArchive ? rm(unpackDirectory, { recursive: true, force: true }) : Promise.resolve()
  try {
    const { moduleUrl } = await openPackagedProgram({ path: jobFile, workingDirectory, unpackDirectory })
    return { moduleUrl, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function temporaryDirectory(): Promise<string> {
  try {
    return await mkdtemp(path.join(tmpdir(), 'flink-ts-program-'))
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new FlinkError('TEMPORARY_DIRECTORY_UNUSABLE', { path: tmpdir(), reason }, { cause: error })
  }
}
