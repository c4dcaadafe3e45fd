import type { BenchFamily } from '../bench-family.js'
import { programsBesideLoop, rowsBesideLoop, type CaseBesideLoop } from './beside-loop.js'

const JOINS: readonly CaseBesideLoop[] = [
  {
    kind: 'interval',
    title: 'interval join of two streams, +-5 s, 100,000 keys',
    keys: 100_000,
    records: 1_500_000,
    goal: 0.25,
  },
  {
    kind: 'auctions',
    title: 'persons and their auctions, tumbling join 10 s',
    keys: 0,
    records: 2_000_000,
    goal: undefined,
  },
]

/** W6 and Q8: what joins cost, checkpoints every second to disk. */
export const joinsFamily: BenchFamily = {
  name: 'joins',
  programs: programsBesideLoop({ loop: 'join-loop', module: 'joins-job' }, JOINS),
  rows: rowsBesideLoop(JOINS),
}
