import { printable } from '../terminal/printable-text.js'

/** The old job was told to stop, or has left this savepoint. */
export interface BetweenJobs {
  readonly savepoint: string | undefined
  /** The old program, where the new one does not start. */
  readonly comesBack: boolean
}

/** Where an upgrade is: before the old job is told anything, or between the two jobs. */
export type UpgradePlace = 'before' | BetweenJobs

/** Of a process that is ended at once, by a second Ctrl-C say. */
export function whatUpgradeLeaves(jobId: string, place: UpgradePlace): string {
  if (place === 'before') return `Ended before job ${jobId} was told to stop: it runs on.`
  if (place.savepoint === undefined)
    return `Ended while job ${jobId} was stopping with a savepoint, which it goes on with.`
  const savepoint = printable(place.savepoint)
  return `Ended with no job running: job ${jobId} has left ${savepoint}. To go on: flink-ts run -s ${savepoint} <job-file>`
}

/** Of one that is told to end, once: what it still does. */
export function whatComesOfUpgrade(jobId: string, place: UpgradePlace): string {
  if (place === 'before') return `Job ${jobId} was not told to stop: it runs on.`
  if (!place.comesBack) return `Job ${jobId} stays stopped, with its savepoint.`
  if (place.savepoint === undefined) return `Job ${jobId} is stopping; its program is started again from its savepoint.`
  return `The program of job ${jobId} is started again from ${printable(place.savepoint)}.`
}
