import { startProgramThread } from '../cluster/program-thread.js'
import { serializeError } from '../core/errors/error-codec.js'
import { PLAIN_DIAGNOSTICS } from './terminal/colours.js'
import { renderError } from './output/error-rendering.js'
import { guardProcessEnd } from './guard-process-end.js'
import type { JobContext } from './arguments/cli-context.js'
import { Configuration } from '../core/config/configuration.js'
import type { DetachedLine, DetachedReport } from './job/detached-report.js'
import { hostJobProcess, type HostSettings } from './job/host-job-process.js'
import type { UpgradeSettings } from './job/host-upgrade.js'
import { jobResultLines } from './output/job-result-lines.js'
import type { RunRequest } from './job/run-request.js'
import { Terminal } from './terminal/terminal.js'
import { workingDirectory } from './arguments/working-directory.js'

const workDone = guardProcessEnd()
const programThread = startProgramThread()

process.once('message', (request: RunRequest) => {
  process.off('disconnect', endAtOnce)
  void runDetachedJob(request).then(workDone)
})

if (process.connected) process.once('disconnect', endAtOnce)
else endAtOnce()

/** The command has gone before it could say what is to run: nothing has begun. */
function endAtOnce(): void {
  new Terminal().printError('The command that was to start a job here ended before it did.\n')
  process.exit(1)
}

/** The job's whole life of `run -d`: reports the submission once, then writes to its output file. Returns the exit code. */
async function runDetachedJob(request: RunRequest): Promise<number> {
  const warnings: string[] = []
  const notes: string[] = []
  let isReported = false
  /** Another job was told to stop for this one. */
  let isAwaited = false
  const report = (jobId: string, { error, savepoint }: { error?: unknown; savepoint?: string } = {}): void => {
    if (isReported) return
    isReported = true
    const message: DetachedReport = {
      jobId,
      warnings,
      notes,
      error: error === undefined ? undefined : serializeError(error),
      savepoint,
    }
    // Whoever started the job may have gone meanwhile: the job goes on, `list` shows it.
    process.send?.(message, undefined, undefined, () => undefined)
  }
  // Whoever waits for the submission has given up: main may never come to it, and nobody would find this process again.
  process.once('disconnect', () => {
    if (isReported || isAwaited) return
    if (request.isSupervised !== true) process.kill(process.pid, 'SIGINT')
    // What is stored of it by now the next session goes on with, and nobody else begins it meanwhile. One that was accepted goes on.
    else if (request.recovered === undefined) process.exit(1)
  })
  try {
    const settings: HostSettings = {
      programThread,
      workingDirectory: workingDirectory(),
      standardInput: 'refused',
      listenerOf: ({ standardOutput, standardError }) => ({
        jobSubmitted: (jobId) => {
          if (request.upgrade === undefined) report(jobId)
        },
        jobEnded: (outcome) => {
          if (outcome.status === 'FINISHED') standardOutput.write(`${jobResultLines(outcome).join('\n')}\n`)
        },
        warning: (text) => {
          if (isReported) standardError.write(PLAIN_DIAGNOSTICS.warning(text))
          else warnings.push(text)
        },
        note: (text) => {
          if (isReported) standardError.write(`${text}\n`)
          else notes.push(text)
        },
      }),
    }
    const exitCode = await hosted(request, settings, {
      runs: (jobId, savepoint) => {
        report(jobId, { savepoint })
      },
      stops: () => {
        isAwaited = true
      },
    })
    report('none')
    return exitCode
  } catch (error) {
    if (isReported) new Terminal().printError(renderError(error).text)
    else report('none', { error })
    return 1
  }
}

async function hosted(
  request: RunRequest,
  settings: HostSettings,
  more: Pick<UpgradeSettings, 'runs' | 'stops'>,
): Promise<number> {
  const { upgrade } = request
  if (upgrade === undefined) return hostJobProcess(request, settings)
  const { hostUpgrade } = await import('./job/host-upgrade.js')
  return hostUpgrade(upgrade, request, { ...settings, ...more }, contextOf(request))
}

/** What there is to say goes to the command, or, when that has gone, to the file of this process. */
function contextOf(request: RunRequest): JobContext {
  const terminal = new Terminal()
  const say = (stream: DetachedLine['stream'], line: string, otherwise: () => void): void => {
    if (process.connected && process.send !== undefined)
      process.send({ stream, line } satisfies DetachedLine, undefined, undefined, () => undefined)
    else otherwise()
  }
  return {
    configuration: Configuration.fromEntries(request.configuration),
    workingDirectory: workingDirectory(),
    diagnostics: PLAIN_DIAGNOSTICS,
    isQuiet: request.upgrade?.isQuiet ?? false,
    print: (line) => {
      say('stdout', line, () => {
        terminal.print(`${line}\n`)
      })
    },
    printError: (line) => {
      say('stderr', line, () => {
        terminal.printError(line)
      })
    },
  }
}
