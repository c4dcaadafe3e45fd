/** `--seeds n` seeds beginning with `--from n`; `--log` prints all events. Ends with 1 when a seed fails. */
import { parseArgs } from 'node:util'
import { simulateJob } from './simulate-job.js'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '100' },
    from: { type: 'string', default: '1' },
    log: { type: 'boolean', default: false },
  },
})

const from = Number(values.from)
const seeds = Number(values.seeds)
const totals = new Map<string, number>()
const failed: number[] = []
for (let seed = from; seed < from + seeds; seed += 1) {
  try {
    const onLog = (log: readonly string[]): void => {
      if (values.log) process.stdout.write(`${log.join('\n')}\n`)
    }
    const { faults, runs, snapshots, virtualMs } = await simulateJob(seed, { onLog })
    const counts = { ...faults, runs, snapshots, 'virtual seconds': virtualMs / 1000 }
    for (const [name, count] of Object.entries(counts)) totals.set(name, (totals.get(name) ?? 0) + count)
  } catch (error) {
    failed.push(seed)
    process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n\n`)
  }
}
const summary = [...totals].map(([name, count]) => `${Math.round(count)} ${name}`).join(', ')
process.stdout.write(`${seeds - failed.length} of ${seeds} seeds hold: ${summary}\n`)
if (failed.length > 0) process.stdout.write(`seeds that fail: ${failed.join(', ')}\n`)
process.exitCode = failed.length === 0 ? 0 : 1
