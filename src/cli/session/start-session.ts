import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { deserializeError } from '../../core/errors/error-codec.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import { messageOf } from '../../core/errors/thrown-value.js'
import { makeDirectories } from '../../core/fs/make-directories.js'
import { rotateFile } from '../../core/logging/rotate-file.js'
import type { SessionReport, SessionRequest } from './session-request.js'

const ENTRY = new URL('../session-entry.js', import.meta.url)

export interface StartedSession {
  readonly pid: number
  readonly web: string
  readonly warnings: readonly string[]
}

/** Starts a session in a process of its own, which prints to `output`; resolves when it answers, or rejects with why it does not. */
export async function startSession(request: SessionRequest, output: string, maxFiles: number): Promise<StartedSession> {
  const descriptor = await opened(output, maxFiles)
  try {
    return await spawnAndWait(request, descriptor, output)
  } finally {
    closeSync(descriptor)
  }
}

async function opened(output: string, maxFiles: number): Promise<number> {
  try {
    await makeDirectories(path.dirname(output))
    rotateFile(output, maxFiles)
    return openSync(output, 'w', 0o600)
  } catch (error) {
    const [directory, reason] = [path.dirname(output), messageOf(error)]
    throw new FlinkError('LOG_DIRECTORY_UNUSABLE', { path: directory, reason }, { cause: error })
  }
}

function spawnAndWait(request: SessionRequest, descriptor: number, output: string): Promise<StartedSession> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [fileURLToPath(ENTRY)], {
      cwd: request.workingDirectory,
      detached: true,
      stdio: ['ignore', descriptor, descriptor, 'ipc'],
    })
    child.once('message', ({ web, warnings, error }: SessionReport) => {
      child.disconnect()
      child.unref()
      if (web !== undefined) resolve({ pid: child.pid ?? -1, web, warnings })
      else
        reject(
          error === undefined
            ? new FlinkError('SESSION_START_FAILED', { reason: 'it gave none' })
            : deserializeError(error),
        )
    })
    // Not once: what cannot be sent to a process that did not begin is another error.
    child.on('error', reject)
    child.once('exit', (code) => {
      const reason = `its process ended with code ${String(code)}; what it printed is in ${output}`
      reject(new FlinkError('SESSION_START_FAILED', { reason }))
    })
    child.send(request)
  })
}
