/**
 * `npm run rescale-rounds -- 200 1`: so many seeds, beginning with one. A seed takes an operator with state of every kind from
 * parallelism to parallelism, up to 128, and between the heap, RocksDB and LMDB, over snapshots of each form.
 * `npm run rescale-rounds -- 10 1 jobs`: whole jobs of the command line, stopped, killed and restored.
 */
import { playRescaling } from '../contract/runtime/rescaling/play-rescaling.js'
import { playJobs } from '../e2e/rescaled-run.js'

const DEFAULT_SEEDS = 20
const [seeds = DEFAULT_SEEDS, from = 1, what = 'operators'] = process.argv.slice(2).map((text) => Number(text) || text)

const totals = new Map<string, number>()
const failed: number[] = []

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

async function play(seed: number): Promise<void> {
  if (what === 'jobs') {
    say(`seed ${String(seed)}: ${await playJobs(seed)}`)
    return
  }
  const counts = await playRescaling({ seed, moves: 8, mostSubtasks: 128, mostKeys: 3000 })
  for (const [name, count] of Object.entries(counts)) totals.set(name, (totals.get(name) ?? 0) + Number(count))
}

for (let seed = Number(from); seed < Number(from) + Number(seeds); seed += 1) {
  try {
    await play(seed)
  } catch (error) {
    failed.push(seed)
    say(`seed ${String(seed)}: ${error instanceof Error ? String(error.stack) : String(error)}`)
  }
}
for (const [name, count] of totals) say(`${String(count)} ${name}`)
say(failed.length === 0 ? 'all seeds hold' : `failed: ${failed.join(', ')}`)
process.exitCode = failed.length === 0 ? 0 : 1
