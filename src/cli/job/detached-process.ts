import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync, openSync, renameSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { FlinkError } from '../../core/errors/flink-error.js'
import { messageOf } from '../../core/errors/thrown-value.js'
import { makeDirectories } from '../../core/fs/make-directories.js'
import type { DetachedLine, DetachedReport } from './detached-report.js'
import { outputNameOf } from '../../core/logging/log-names.js'
import type { RunRequest } from './run-request.js'

const ENTRY = new URL('../detached-entry.js', import.meta.url)

/** The file that takes what the detached process prints. */
export interface OutputFile {
  readonly path: string
  readonly descriptor: number
}

/** What a detached process says of its job. */
export interface Submission {
  readonly report: DetachedReport
  readonly pid: number
}

export interface DetachedSettings {
  readonly workingDirectory: string
  readonly output: OutputFile
  /** Told what it says before its job is submitted. */
  readonly onLine: (line: DetachedLine) => void
  /** It has ended, after its job was submitted. */
  readonly onExit?: () => void
  /** It has begun. */
  readonly onSpawn?: (pid: number) => void
}

/** Returns where the output goes from here on. The job runs: that its file keeps its first name is no failure. */
export function nameAfterJob(file: string, jobId: string): string {
  const named = freeName(path.join(path.dirname(file), outputNameOf(jobId)))
  try {
    renameSync(file, named)
    return named
  } catch {
    return file
  }
}

/** What a job printed in an earlier process, before it was recovered, stays. */
function freeName(begin: string): string {
  let name = `${begin}.out`
  for (let number = 2; existsSync(name); number += 1) name = `${begin}-${String(number)}.out`
  return name
}

export async function openOutput(directory: string): Promise<OutputFile> {
  const file = path.join(directory, `flink-ts-detached-${String(process.pid)}-${randomUUID()}.out`)
  try {
    await makeDirectories(directory)
    return { path: file, descriptor: openSync(file, 'a') }
  } catch (error) {
    const reason = messageOf(error)
    throw new FlinkError('LOG_DIRECTORY_UNUSABLE', { path: directory, reason }, { cause: error })
  }
}

/** Starts a process that has a job, and goes on without this one; resolves when the job is submitted, or with why it is not. */
export function startDetachedProcess(
  request: RunRequest,
  { workingDirectory, output, onLine, onExit, onSpawn }: DetachedSettings,
): Promise<Submission> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [fileURLToPath(ENTRY)], {
      cwd: workingDirectory,
      detached: true,
      stdio: ['ignore', output.descriptor, output.descriptor, 'ipc'],
    })
    if (child.pid !== undefined) onSpawn?.(child.pid)
    child.on('message', (message: DetachedReport | DetachedLine) => {
      if ('line' in message) {
        onLine(message)
        return
      }
      child.disconnect()
      child.unref()
      resolve({ report: message, pid: child.pid ?? -1 })
    })
    // Not once: what cannot be sent to a process that did not begin is another error.
    child.on('error', (error) => {
      reject(whyNotBegun(error, workingDirectory))
    })
    child.once('exit', (code) => {
      const ended = `the detached process ended with code ${String(code)} before the job was submitted`
      reject(new FlinkError('INTERNAL_ERROR', { reason: `${ended}; its output is in ${output.path}` }))
      onExit?.()
    })
    child.send(request)
  })
}

/** The system says of a directory that is not there that the program is not. */
function whyNotBegun(error: Error, workingDirectory: string): Error {
  if (existsSync(workingDirectory)) return error
  return new FlinkError('WORKING_DIRECTORY_MISSING', { reason: workingDirectory }, { cause: error })
}
