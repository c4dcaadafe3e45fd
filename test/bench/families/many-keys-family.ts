import { figureAtMost, type BenchFamily, type BenchProgram, type Figures } from '../bench-family.js'
import { median } from '../median.js'

const KEYS = 10_000_000

/** Two thirds of it are the state at its end. */
const HEAP = '3 gb'
const MOST_PAUSE_MS = 20

const manyKeys: BenchProgram = {
  id: 'heap',
  usesEngine: true,
  async measure(engine, { records }) {
    const configuration = { 'taskmanager.memory.task.heap.size': HEAP, 'execution.checkpointing.interval': '5 s' }
    const args = { keys: records ?? KEYS }
    const job = { module: 'many-keys-job', parallelism: 1, args, configuration, watchCheckpoints: true }
    return engine.runJob(job, ({ stdout, checkpoints }) => {
      const line = /^MANY (.*)$/m.exec(stdout)?.[1]
      if (line === undefined) throw new Error('the job printed nothing')
      const largest = Math.max(...checkpoints.map(({ sizeBytes }) => sizeBytes))
      const full = checkpoints.filter(({ sizeBytes }) => sizeBytes > 0.9 * largest)
      const checkpoint = {
        checkpointMs: median(full.map(({ durationMs }) => durationMs)),
        checkpointMb: median(full.map(({ sizeBytes }) => sizeBytes / 1_000_000)),
      }
      return { ...(JSON.parse(line) as Figures), ...checkpoint }
    })
  },
}

/** What ten million keys on the heap take, and whether growing or a checkpoint ever holds records up. */
export const manyKeysFamily: BenchFamily = {
  name: 'many-keys',
  isOnlyWhenNamed: true,
  programs: [manyKeys],
  rows: [
    { title: 'heap of a key, 10,000,000 keys', unit: 'bytes', value: { program: 'heap', figure: 'bytesPerKey' } },
    { title: 'checkpoint of 10,000,000 keys', unit: 'ms', value: { program: 'heap', figure: 'checkpointMs' } },
    {
      title: 'checkpoint of 10,000,000 keys, size',
      unit: 'MB',
      value: { program: 'heap', figure: 'checkpointMb' },
    },
    {
      title: 'longest pause of ours, 10,000,000 keys',
      unit: 'ms',
      value: { program: 'heap', figure: 'pauseMs' },
      goal: figureAtMost(MOST_PAUSE_MS),
    },
    {
      title: "longest of V8's collections, 10,000,000 keys",
      unit: 'ms',
      value: { program: 'heap', figure: 'collectionMs' },
    },
  ],
}
