import { rmSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { FlinkError } from '../../core/errors/flink-error.js'
import { messageOf } from '../../core/errors/thrown-value.js'
import { WorkingDirectories, type WorkingDirectory } from '../../core/process/working-directories.js'
import { SystemRandom } from '../../core/random/system-random.js'
import { openPackagedProgram, type PackagedProgram } from '../../graph/packaged-program.js'

export interface OpenedProgram extends Pick<PackagedProgram, 'moduleUrl' | 'archive'> {
  /** Removes what an archive was unpacked into; to be called when the job has ended. */
  readonly close: () => Promise<void>
}

const ARCHIVE = /\.(tgz|tar\.gz|tar)$/i

/** Exit codes of a process that a signal ended, as shells count. */
const KILLED_BY_SIGNAL = 128
/** Nobody should have to guess what a large archive is waited for. */
const NOTE_AFTER_MS = 2000
const SIGNALS = ['SIGHUP', 'SIGINT', 'SIGTERM'] as const

/** Checks the job file and unpacks it when it is an archive. */
export async function openProgram(jobFile: string, workingDirectory: string): Promise<OpenedProgram> {
  if (!ARCHIVE.test(jobFile)) {
    const { moduleUrl } = await openPackagedProgram({ path: jobFile, workingDirectory, unpackDirectory: '' })
    return { moduleUrl, close: () => Promise.resolve() }
  }
  const directory = await temporaryDirectory()
  const { path: unpackDirectory } = directory
  const close = (): Promise<void> => directory.remove()
  const stopListening = removeOnSignals(unpackDirectory)
  const note = setTimeout(() => process.stderr.write(`Unpacking ${jobFile}\n`), NOTE_AFTER_MS)
  try {
    const { moduleUrl, archive } = await openPackagedProgram({ path: jobFile, workingDirectory, unpackDirectory })
    return { moduleUrl, archive, close }
  } catch (error) {
    await close()
    throw error
  } finally {
    clearTimeout(note)
    stopListening()
  }
}

/** While there is no job yet that would end on a signal in its own way. Returns what takes the handlers off again. */
function removeOnSignals(directory: string): () => void {
  const onSignal = (signal: (typeof SIGNALS)[number]): void => {
    // The file that says whose it is stays, until the next process removes what is nobody's.
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 })
    process.exit(KILLED_BY_SIGNAL + constants.signals[signal])
  }
  for (const signal of SIGNALS) process.on(signal, onSignal)
  return () => {
    for (const signal of SIGNALS) process.off(signal, onSignal)
  }
}

/** What processes that were killed have left is removed by the next one. */
async function temporaryDirectory(): Promise<WorkingDirectory> {
  const about = { places: undefined, prefix: 'flink-ts-program', option: 'TMPDIR', random: new SystemRandom() }
  try {
    return await new WorkingDirectories(about).create(String(process.pid))
  } catch (error) {
    const reason = messageOf(error)
    throw new FlinkError('TEMPORARY_DIRECTORY_UNUSABLE', { path: tmpdir(), reason }, { cause: error })
  }
}
