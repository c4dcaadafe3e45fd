/**
 * `npm run snapshot-rounds -- 200 lmdb 1`: so many seeds, on one driver (both where none is named), beginning with one. A seed
 * plays random checkpoints, aborts, savepoints, restarts, new runs, claims and deletions, and compares what survives.
 */
import { playRounds } from '../contract/runtime/snapshot-rounds/play-rounds.js'

const DEFAULT_SEEDS = 20
const DRIVERS = ['rocksdb', 'lmdb'] as const
const [seeds = DEFAULT_SEEDS, driver, from = 1] = process.argv.slice(2).map((text) => Number(text) || text)

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

const totals = new Map<string, number>()
const failed: string[] = []
for (const each of DRIVERS.filter((name) => driver === undefined || driver === name)) {
  for (let seed = Number(from); seed < Number(from) + Number(seeds); seed += 1) {
    try {
      const counts = await playRounds({ driver: each, seed, steps: 60, verifiedEvery: 10 })
      for (const [name, count] of Object.entries(counts)) totals.set(name, (totals.get(name) ?? 0) + Number(count))
    } catch (error) {
      failed.push(`${each} ${String(seed)}`)
      say(`seed ${String(seed)} on ${each}: ${error instanceof Error ? String(error.stack) : String(error)}`)
    }
  }
}
say([...totals].map(([name, count]) => `${String(count)} ${name}`).join(', '))
say(failed.length === 0 ? 'all seeds hold' : `failed: ${failed.join(', ')}`)
process.exitCode = failed.length === 0 ? 0 : 1
