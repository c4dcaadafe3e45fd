import { Configuration } from '../../core/config/configuration.js'
import { UpgradeLock } from '../../client/upgrade-lock.js'
import type { JobContext } from '../arguments/cli-context.js'
import { stillWaiting } from '../output/progress.js'
import { whatComesOfUpgrade, whatUpgradeLeaves, type UpgradePlace } from '../output/upgrade-lines.js'
import { printable } from '../terminal/printable-text.js'
import { endWhereNoJobProcessDoes } from './end-on-signals.js'
import { hostJobProcess, type HostSettings } from './host-job-process.js'
import { restClusterClientOf, runDirectoryOf } from './rest-cluster-client-of.js'
import type { RunRequest, UpgradeOrder } from './run-request.js'
import { startDetached } from './run-detached.js'
import { checkUpgrade } from './upgrade-check.js'
import { upgradeJob, type OldJobClient, type UpgradeServices } from './upgrade-job.js'

/** Of a process that is to have the new job. */
export interface UpgradeSettings extends HostSettings {
  /** The job runs in the place of the old one. */
  readonly runs: (jobId: string, savepoint: string) => void
  /** From now on the old job is stopped whatever becomes of this process. */
  readonly stops?: () => void
}

/** Runs a program in this process whose job takes the place of another one. Resolves with the exit code that it set. */
export async function hostUpgrade(
  upgrade: UpgradeOrder,
  request: RunRequest,
  settings: UpgradeSettings,
  context: JobContext,
): Promise<number> {
  const runDirectory = runDirectoryOf(context)
  await runDirectory.prepare()
  const lock = await UpgradeLock.take(runDirectory, upgrade.jobId)
  let place: UpgradePlace | undefined = 'before'
  const sayWhatIsLeft = (): void => {
    if (place !== undefined) context.printError(`${whatUpgradeLeaves(upgrade.jobId, place)}\n`)
  }
  process.once('exit', sayWhatIsLeft)
  const signalsOff = endWhereNoJobProcessDoes(() => {
    if (place !== undefined)
      context.printError(`The upgrade is given up. ${whatComesOfUpgrade(upgrade.jobId, place)}\n`)
  })
  const services: UpgradeServices = {
    client: oldJobClient(context),
    check: () => checkUpgrade(upgrade, request, context),
    launch: (takeOver) => hostJobProcess(request, { ...settings, takeOver }),
    startAgain: (again, workingDirectory) => {
      return startDetached(again, {
        ...context,
        configuration: Configuration.fromEntries(again.configuration),
        workingDirectory,
      })
    },
    monotonicMs: () => performance.now(),
    print: context.print,
    printError: (line) => {
      context.printError(`${printable(line)}\n`)
    },
    tell: (line) => {
      if (!context.isQuiet) context.printError(`${printable(line)}\n`)
    },
    between: (where) => {
      place = where
      settings.stops?.()
    },
  }
  try {
    const { jobId, savepoint, exitCode } = await upgradeJob(upgrade, request, services)
    settings.runs(jobId, savepoint)
    signalsOff()
    await lock.release()
    return await exitCode
  } finally {
    signalsOff()
    await lock.release()
    process.off('exit', sayWhatIsLeft)
  }
}

function oldJobClient(context: JobContext): OldJobClient {
  const client = restClusterClientOf(context)
  return {
    status: (jobId) => client.status(jobId),
    startOf: (jobId) => client.startOf(jobId),
    triggerStop: (jobId, request) => client.triggerStop(jobId, request),
    awaitStop: (triggered) =>
      client.awaitStop(triggered, (what) => {
        context.printError(`${stillWaiting(triggered.jobId, what)}\n`)
      }),
  }
}
