/**
 * Kills a job in many places and looks at its guarantees: `npm run kill-rounds -- 20` with state on the heap, and then on the disk
 * with incremental checkpoints, in each driver; `npm run kill-rounds -- 20 lmdb` with one of `heap`, `rocksdb` and `lmdb` alone.
 */
import { killRounds } from '../e2e/kill-rounds.js'

const BACKENDS = ['heap', 'rocksdb', 'lmdb']

function configurationOf(backend: string): Record<string, string> {
  if (backend === 'heap') return {}
  return {
    'state.backend.type': 'rocksdb',
    'state.backend.rocksdb.driver': backend,
    'execution.checkpointing.incremental': 'true',
  }
}

const [kills = '10', ...wanted] = process.argv.slice(2)
for (const backend of wanted.length === 0 ? BACKENDS : wanted) {
  const results = await killRounds(Number(kills), configurationOf(backend))
  process.stdout.write(`${kills} kills, state in ${backend}: ${JSON.stringify(results)}\n`)
}
