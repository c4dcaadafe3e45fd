/**
 * Kills a job in many places and looks at its guarantees: `npm run kill-rounds -- 20` with state on the heap, and then on the disk
 * with incremental checkpoints, in each driver; `npm run kill-rounds -- 20 lmdb` with one of `heap`, `rocksdb` and `lmdb` alone.
 * `unaligned` and `aligned-timeout`: a job whose channels are full, killed and restored with other parallelisms.
 */
import { unalignedRounds } from '../e2e/back-pressured-job.js'
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

/** Of a job whose channels are full. */
const UNALIGNED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  unaligned: {},
  'aligned-timeout': { 'execution.checkpointing.aligned-checkpoint-timeout': '100 ms' },
}

const [kills = '10', ...wanted] = process.argv.slice(2)
for (const what of wanted.length === 0 ? [...BACKENDS, ...Object.keys(UNALIGNED)] : wanted) {
  const options = UNALIGNED[what]
  const results = await (options === undefined
    ? killRounds(Number(kills), configurationOf(what))
    : unalignedRounds(Number(kills), options))
  process.stdout.write(
    `${kills} kills, ${options === undefined ? `state in ${what}` : what}: ${JSON.stringify(results)}\n`,
  )
}
