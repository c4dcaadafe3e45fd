import type { SerializedError } from '../core/errors/error-codec.js'
import type { TaskManagerStarter } from '../runtime/jobmanager/jobmaster/task-manager-gateway.js'
import type { ProgramDescriptor } from '../runtime/protocol/program-descriptor.js'
import type { WorkerToMaster } from '../runtime/protocol/worker-to-master.js'

type NamedProgram = Pick<ProgramDescriptor, 'archive'>

/**
 * An error of the program with `job.tgz: lib/job.js` for every file of its archive: the user has never seen the directory
 * into which it was unpacked, and that is gone when the error is read.
 */
export function namingArchive(error: SerializedError, { archive }: NamedProgram): SerializedError {
  if (archive === undefined) return error
  const name = `${archive.path}: `
  const renamed = (text: string): string =>
    text.replaceAll(archive.directoryUrl, name).replaceAll(archive.directory, name)
  return withTexts(error, renamed)
}

/** Task workers whose errors name the archive. */
export function starterNamingArchive(starter: TaskManagerStarter, program: NamedProgram): TaskManagerStarter {
  if (program.archive === undefined) return starter
  const named = (message: WorkerToMaster): WorkerToMaster =>
    'error' in message && message.error !== undefined
      ? { ...message, error: namingArchive(message.error, program) }
      : message
  return {
    start: (index, listener) =>
      starter.start(index, {
        onMessage: (message) => {
          listener.onMessage(named(message))
        },
        onExit: (error) => {
          listener.onExit(error)
        },
      }),
  }
}

function withTexts(error: SerializedError, change: (text: string) => string): SerializedError {
  const { message, stack, details, cause } = error
  return {
    ...error,
    message: change(message),
    stack: stack === undefined ? undefined : change(stack),
    details:
      details === undefined
        ? undefined
        : Object.fromEntries(
            Object.entries(details).map(([name, value]) => [name, typeof value === 'string' ? change(value) : value]),
          ),
    cause: cause === undefined ? undefined : withTexts(cause, change),
  }
}
