import { FlinkError } from '../../core/errors/flink-error.js'

/** A job that takes checkpoints faster than one is opened wants a savepoint. */
const MOST_CHECKPOINTS = 5

/**
 * Works on the newest checkpoint of a job, which removes it when the next ones are complete: where it was gone before it was opened,
 * nothing of it was used, and the next one is taken.
 */
export async function onNewest<T>(newest: () => Promise<string>, work: (snapshot: string) => Promise<T>): Promise<T> {
  for (let round = 1; ; round += 1) {
    const snapshot = await newest()
    try {
      return await work(snapshot)
    } catch (error) {
      if (!wasGone(error, snapshot) || round >= MOST_CHECKPOINTS) throw error
    }
  }
}

function wasGone(error: unknown, snapshot: string): boolean {
  const codes = ['SNAPSHOT_NOT_FOUND', 'SNAPSHOT_METADATA_MISSING'] as const
  return codes.some((code) => FlinkError.is(error, code)) && (error as FlinkError).message.includes(snapshot)
}
