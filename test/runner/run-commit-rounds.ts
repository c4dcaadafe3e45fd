/**
 * `npm run commit-rounds -- 5 10`: five jobs that are killed ten times each while their sinks commit, each on another backend or with
 * unaligned checkpoints.
 */
import { commitRounds } from '../e2e/commit-rounds.js'

const DEFAULT_JOBS = 3
const DEFAULT_KILLS = 10
const OPTIONS: readonly Readonly<Record<string, string>>[] = [
  {},
  { 'state.backend.type': 'rocksdb' },
  { 'execution.checkpointing.unaligned.enabled': 'true' },
]

const [jobs = DEFAULT_JOBS, kills = DEFAULT_KILLS] = process.argv.slice(2).map(Number)
let failed = 0
for (let job = 0; job < jobs; job += 1) {
  const options = OPTIONS[job % OPTIONS.length] ?? {}
  const name = `job ${String(job + 1)} ${JSON.stringify(options)}`
  try {
    const { records, files } = await commitRounds(kills, options)
    process.stdout.write(`${name}: ${String(kills)} kills, ${String(records)} records once in ${String(files)} files\n`)
  } catch (error) {
    failed += 1
    process.stdout.write(`${name}: ${error instanceof Error ? String(error.stack) : String(error)}\n`)
  }
}
process.exitCode = failed === 0 ? 0 : 1
