import { figureAtMost, type BenchFamily, type BenchProgram } from '../bench-family.js'
import { median } from '../median.js'

/** What the sink waits with a record, and for how long it does; then it takes what is left at once. */
const WAIT_MS = 10
const WAITS_FOR_SECONDS = 35
/** For the last checkpoints to be seen. */
const SECONDS_AFTER = 3

/** Channels are full some seconds after the start: the checkpoints after that count. */
const FIRST_CHECKPOINTS = 3

function checkpointsUnderBackPressure(kind: 'unaligned' | 'aligned'): BenchProgram {
  return {
    id: kind,
    usesEngine: true,
    maxRuns: 1,
    async measure(engine) {
      const args = {
        seconds: WAITS_FOR_SECONDS + SECONDS_AFTER,
        burst: 1,
        wait: WAIT_MS,
        'waits-for': WAITS_FOR_SECONDS,
      }
      const configuration = { 'execution.checkpointing.unaligned.enabled': String(kind === 'unaligned') }
      const job = { module: 'slow-sink-job', parallelism: 2, args, configuration, watchCheckpoints: true }
      return engine.runJob(job, ({ checkpoints }) => {
        const durations = checkpoints.map(({ durationMs }) => durationMs)
        const counted = kind === 'unaligned' ? durations.slice(FIRST_CHECKPOINTS, -SECONDS_AFTER) : durations
        return {
          medianMs: median(counted),
          longestMs: Math.max(...counted),
          megabytes: median(checkpoints.slice(FIRST_CHECKPOINTS).map(({ sizeBytes }) => sizeBytes / 1_000_000)),
        }
      })
    },
  }
}

/** Checkpoints of a job whose channels are full, p = 2: what barriers wait for where they do not overtake. */
export const backPressureFamily: BenchFamily = {
  name: 'back-pressure',
  programs: [checkpointsUnderBackPressure('unaligned'), checkpointsUnderBackPressure('aligned')],
  rows: [
    {
      title: 'unaligned checkpoint with full channels, median',
      unit: 'ms',
      value: { program: 'unaligned', figure: 'medianMs' },
    },
    {
      title: 'unaligned checkpoint with full channels, longest',
      unit: 'ms',
      value: { program: 'unaligned', figure: 'longestMs' },
      bound: {
        label: `aligned; the sink is slow for ${String(WAITS_FOR_SECONDS)} s`,
        value: { program: 'aligned', figure: 'longestMs' },
      },
      goal: figureAtMost(1000),
    },
    {
      title: 'size of such a checkpoint',
      unit: 'MB',
      value: { program: 'unaligned', figure: 'megabytes' },
    },
  ],
}
