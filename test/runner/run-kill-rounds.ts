/**
 * Kills a job in many places and looks at its guarantees: `npm run kill-rounds -- 20`, or `npm run kill-rounds -- 20 lmdb` with
 * state on the disk, in that driver, and incremental checkpoints.
 */
import { killRounds } from '../e2e/kill-rounds.js'

const [kills = '10', driver] = process.argv.slice(2)
const backend =
  driver === undefined
    ? {}
    : {
        'state.backend.type': 'rocksdb',
        'state.backend.rocksdb.driver': driver,
        'execution.checkpointing.incremental': 'true',
      }
const results = await killRounds(Number(kills), backend)
process.stdout.write(`${kills} kills, ${driver ?? 'state on the heap'}: ${JSON.stringify(results)}\n`)
