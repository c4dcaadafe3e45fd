/**
 * `npm run rescale-rounds -- 200 1`: so many seeds, beginning with one. A seed takes an operator with state of every kind from
 * parallelism to parallelism, up to 128, and between the heap, RocksDB and LMDB, over snapshots of each form.
 */
import { playRescaling } from '../contract/runtime/rescaling/play-rescaling.js'

const DEFAULT_SEEDS = 20
const [seeds = DEFAULT_SEEDS, from = 1] = process.argv.slice(2).map(Number)

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

const totals = new Map<string, number>()
const failed: number[] = []
for (let seed = from; seed < from + seeds; seed += 1) {
  try {
    const counts = await playRescaling({ seed, moves: 8, mostSubtasks: 128, mostKeys: 3000 })
    for (const [name, count] of Object.entries(counts)) totals.set(name, (totals.get(name) ?? 0) + Number(count))
  } catch (error) {
    failed.push(seed)
    say(`seed ${String(seed)}: ${error instanceof Error ? String(error.stack) : String(error)}`)
  }
}
say([...totals].map(([name, count]) => `${String(count)} ${name}`).join(', '))
say(failed.length === 0 ? 'all seeds hold' : `failed: ${failed.join(', ')}`)
process.exitCode = failed.length === 0 ? 0 : 1
