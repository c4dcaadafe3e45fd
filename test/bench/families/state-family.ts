import {
  figureAtMost,
  ratioAtLeast,
  ratioAtMost,
  type BenchFamily,
  type BenchProgram,
  type BenchRow,
} from '../bench-family.js'
import { rateProgram } from './rate-program.js'
import { measureSnapshots } from './state-snapshots.js'

const RECORDS = 6_000_000
const SNAPSHOT_KEYS = 1_000_000
const MOST_RESTORE_MS = 2000
const MOST_CHANGED_SHARE = 0.1

type Backend = 'heap' | 'rocksdb' | 'lmdb'
const DISKS = ['rocksdb', 'lmdb'] as const
const BACKENDS: readonly Backend[] = ['heap', ...DISKS]

/** Objects get half of the memory; a key, its count and their place in the cache take about 120 bytes. */
const WORKING_SETS = [
  { id: 'within', title: '100,000 keys, all in the cache', kind: 'fresh', keys: 100_000, memory: '256 mb', goal: 0.5 },
  {
    id: 'zipf',
    title: '1,000,000 Zipf keys, a tenth in the cache',
    kind: 'zipf',
    keys: 1_000_000,
    memory: '24 mb',
    goal: 0.15,
  },
] as const

function configurationOf(backend: Backend, memory: string): Record<string, string> {
  if (backend === 'heap') return {}
  return {
    'state.backend.type': 'rocksdb',
    'state.backend.rocksdb.driver': backend,
    'taskmanager.memory.managed.size': memory,
  }
}

function rateProgramsOf({ id, kind, keys, memory }: (typeof WORKING_SETS)[number]): BenchProgram[] {
  return BACKENDS.map((backend) =>
    rateProgram({
      id: `${id}-${backend}`,
      module: 'keyed-count-job',
      parallelism: 1,
      records: RECORDS,
      args: { keys, 'key-kind': kind },
      configuration: { ...configurationOf(backend, memory), 'execution.checkpointing.incremental': 'true' },
    }),
  )
}

function rateRowsOf({ id, title, goal }: (typeof WORKING_SETS)[number]): BenchRow[] {
  return DISKS.map((disk) => ({
    title: `running count on ${disk}, ${title}`,
    unit: 'M/s',
    value: { program: `${id}-${disk}`, figure: 'mrps' },
    bound: { label: 'heap', value: { program: `${id}-heap`, figure: 'mrps' } },
    goal: ratioAtLeast(goal),
  }))
}

function snapshotProgram(backend: Backend): BenchProgram {
  return {
    id: `snapshots-${backend}`,
    usesEngine: true,
    async measure(engine, { records }) {
      return measureSnapshots(engine, records ?? SNAPSHOT_KEYS, configurationOf(backend, '256 mb'))
    },
  }
}

function snapshotRowsOf(backend: Backend): BenchRow[] {
  const program = `snapshots-${backend}`
  return [
    {
      title: `${backend}: checkpoint of 1,000,000 keys of which 1 % changed, bytes written`,
      unit: 'MB',
      value: { program, figure: 'changedMb' },
      bound: { label: 'whole', value: { program, figure: 'wholeMb' } },
      goal: ratioAtMost(MOST_CHANGED_SHARE),
    },
    { title: `${backend}: whole checkpoint of 1,000,000 keys`, unit: 'ms', value: { program, figure: 'wholeMs' } },
    {
      title: `${backend}: restore of 1,000,000 keys from a checkpoint`,
      unit: 'ms',
      value: { program, figure: 'checkpointMs' },
      goal: figureAtMost(MOST_RESTORE_MS),
    },
    {
      title: `${backend}: restore of 1,000,000 keys from a savepoint`,
      unit: 'ms',
      value: { program, figure: 'savepointMs' },
      goal: figureAtMost(MOST_RESTORE_MS),
    },
  ]
}

/** State on the disk beside state on the heap, in either driver, and what their snapshots cost. */
export const stateFamily: BenchFamily = {
  name: 'state',
  programs: [...WORKING_SETS.flatMap(rateProgramsOf), ...BACKENDS.map(snapshotProgram)],
  rows: [...WORKING_SETS.flatMap(rateRowsOf), ...BACKENDS.flatMap(snapshotRowsOf)],
}
