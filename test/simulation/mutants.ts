/** Faults that are planted, to see that they are found: the simulation is worth as much as this table. */
import { CompletedCheckpointStore } from '../../src/storage/completed-checkpoint-store.js'
import { SharedStateRegistry } from '../../src/storage/shared-state-registry.js'
import { PendingCheckpoint } from '../../src/runtime/jobmanager/checkpoint/pending-checkpoint.js'
import { JobAttempt } from '../../src/runtime/jobmanager/jobmaster/job-attempt.js'
import { InputGate } from '../../src/runtime/taskmanager/network/input-gate.js'
import { RecordWriter } from '../../src/runtime/taskmanager/network/record-writer.js'
import { UdfStreamOperator } from '../../src/runtime/taskmanager/operators/udf-stream-operator.js'
import { FunctionClaims } from '../../src/runtime/taskmanager/taskexecutor/function-claims.js'
import { ASYNC_MUTANTS } from './async-mutants.js'
import { COMMITTING_MUTANTS } from './committing-mutants.js'
import { COORDINATION_MUTANTS } from './coordination-mutants.js'
import { LOOP_MUTANTS } from './loop-mutants.js'
import {
  heldBack,
  onDeploy,
  onRestore,
  withFirstRings,
  withListOfFirst,
  withMethods,
  withOperators,
  withoutLast,
  withWriters,
} from './mutant-parts.js'
import { PROTOCOL_MUTANTS } from './protocol-mutants.js'
import { REGION_MUTANTS } from './region-mutants.js'
import { replaced, type Sabotage } from './sabotage.js'
import type { JobKind } from './scenario.js'
import { simulateJob } from './simulate-job.js'
import { TIME_MUTANTS } from './time-mutants.js'
import { UNALIGNED_MUTANTS } from './unaligned-mutants.js'
import { WINDOW_MUTANTS } from './window-mutants.js'

export interface Mutant {
  readonly name: string
  /** It is found in one of so many seeds. */
  readonly seeds: number
  /** The first of them; 1 where it is left out. For those of which an earlier seed plays a job that hangs, which takes 10 s and more. */
  readonly from?: number
  /** Seeds of another kind of job than `counted`. */
  readonly kind?: JobKind
  /** Anew for each seed. */
  readonly make: () => Sabotage
}

const LATE_RENAME_MS = 30
const AHEAD_MS = 500

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'barriers are not aligned',
    seeds: 20,
    make: () => ({ configuration: { 'execution.checkpointing.mode': 'AT_LEAST_ONCE' } }),
  },
  {
    name: 'one channel is not aligned',
    seeds: 40,
    make: () => ({
      plant: () =>
        replaced(
          InputGate.prototype,
          'blockChannel',
          (original) =>
            function (this: InputGate, index) {
              if (index > 0) original.call(this, index)
            },
        ),
    }),
  },
  {
    name: 'a task does not wait at its end for one more checkpoint',
    seeds: 5,
    make: () => ({ configuration: { 'execution.checkpointing.checkpoints-after-tasks-finish.enabled': 'false' } }),
  },
  {
    name: 'references are handed on',
    seeds: 3,
    make: () => ({ configuration: { 'pipeline.object-reuse': 'true' } }),
  },
  {
    name: 'the slots of a worker share their functions',
    seeds: 15,
    make: () => ({
      plant: () => {
        const undo = replaced(FunctionClaims.prototype, 'sharesObjects', () => () => false)
        const undoUsed = replaced(FunctionClaims.prototype, 'operatorWithUsedFunction', () => () => undefined)
        return () => {
          undo()
          undoUsed()
        }
      },
    }),
  },
  {
    name: 'a file is not synced',
    seeds: 60,
    make: () => ({ disk: (disk) => withWriters(disk, (writer) => ({ ...writer, sync: () => Promise.resolve() })) }),
  },
  {
    name: 'a directory is not synced',
    seeds: 60,
    make: () => ({ disk: (disk) => withMethods(disk, { syncDirectory: () => Promise.resolve() }) }),
  },
  {
    name: 'tasks are told that a checkpoint is complete before its metadata is in its place',
    seeds: 20,
    make: () => ({
      disk: (disk, process) =>
        withMethods(disk, {
          rename: (from, to) => {
            if (!to.endsWith('_metadata')) return disk.rename(from, to)
            void process.pause(LATE_RENAME_MS).then(() => disk.rename(from, to).catch(() => undefined))
            return Promise.resolve()
          },
        }),
    }),
  },
  {
    name: 'a checkpoint is complete when all tasks but one have acknowledged',
    seeds: 5,
    make: () => ({
      plant: () => {
        const key = 'isFullyAcknowledged'
        const original = Object.getOwnPropertyDescriptor(PendingCheckpoint.prototype, key)
        const get = function (this: PendingCheckpoint): boolean {
          return this.acknowledged.size >= Math.max(1, this.plan.toAcknowledge.length - 1)
        }
        Object.defineProperty(PendingCheckpoint.prototype, key, { ...original, get })
        return () => {
          Object.defineProperty(PendingCheckpoint.prototype, key, original ?? {})
        }
      },
    }),
  },
  {
    name: 'the state is taken after the barrier, with what follows it',
    seeds: 50,
    make: () => ({
      plant: () =>
        replaced(
          UdfStreamOperator.prototype,
          'snapshotState',
          (original) =>
            function (this: UdfStreamOperator, request) {
              const taken = Promise.resolve().then(() => new Promise<void>((resolve) => setImmediate(resolve)))
              const later = taken.then(() => original.call(this, request))
              later.catch(() => undefined)
              return Promise.resolve({
                complete: async () => (await later).complete(),
                cancel: async () => (await later).cancel(),
              })
            },
        ),
    }),
  },
  {
    name: 'a record goes out after the barrier',
    seeds: 3,
    make: () => ({ plant: () => heldBack('broadcastBarrier') }),
  },
  {
    name: 'a record comes after the end of its partition',
    seeds: 3,
    make: () => ({ plant: () => heldBack('broadcastEndOfPartition') }),
  },
  {
    name: 'a watermark is ahead of the records',
    seeds: 3,
    make: () => ({
      plant: () =>
        replaced(
          RecordWriter.prototype,
          'broadcastWatermark',
          (original) =>
            function (this: RecordWriter, timestamp) {
              original.call(this, timestamp + AHEAD_MS)
            },
        ),
    }),
  },
  {
    name: 'the oldest checkpoint is restored',
    seeds: 80,
    make: () => ({
      plant: () =>
        replaced(
          CompletedCheckpointStore.prototype,
          'latest',
          (original) =>
            function (this: CompletedCheckpointStore) {
              return this.retained()[0] ?? original.call(this)
            },
        ),
    }),
  },
  {
    name: 'the last key group of a subtask is not restored',
    seeds: 20,
    make: () => ({ toWorker: onRestore((state) => ({ ...state, managedKeyed: state.managedKeyed.map(withoutLast) })) }),
  },
  {
    name: 'operators in the middle of a chain are not restored',
    seeds: 100,
    make: () => ({ toWorker: onDeploy((task) => withOperators(task, (states) => states.slice(0, 1))) }),
  },
  {
    name: 'all subtasks of a worker get the list of the first one',
    seeds: 5,
    make: () => ({ toWorker: onDeploy(withListOfFirst()) }),
  },
  {
    name: 'a task that had finished runs again after a restore',
    seeds: 150,
    make: () => ({ toWorker: onDeploy((task) => ({ ...task, finishedOnRestore: false })) }),
  },
  {
    name: 'a restart uses the rings of the attempt before',
    seeds: 20,
    make: () => ({ toWorker: onDeploy(withFirstRings()) }),
  },
  {
    name: 'a restart does not wait for the end of the last tasks',
    seeds: 60,
    make: () => ({
      plant: () =>
        replaced(
          JobAttempt.prototype,
          'stop',
          (original) =>
            function (this: JobAttempt, reason) {
              void original.call(this, reason)
              return Promise.resolve()
            },
        ),
    }),
  },
  {
    name: 'nobody is told that a checkpoint was aborted',
    seeds: 150,
    make: () => ({ toWorker: (message) => (message.type === 'notify-checkpoint-aborted' ? [] : [message]) }),
  },
  {
    name: 'nobody is told that a checkpoint is complete',
    from: 4,
    seeds: 4,
    make: () => ({ toWorker: (message) => (message.type === 'notify-checkpoint-complete' ? [] : [message]) }),
  },
  {
    name: 'the failure of a task is not told',
    seeds: 30,
    make: () => ({
      toMaster: (message) => (message.type === 'task-state-changed' && message.state === 'FAILED' ? [] : [message]),
    }),
  },
  {
    name: 'shared files go while a checkpoint needs them',
    seeds: 15,
    make: () => ({ plant: () => replaced(SharedStateRegistry.prototype, 'filesOf', () => () => new Set<string>()) }),
  },
  {
    name: 'checkpoints stay when their job has finished',
    seeds: 15,
    make: () => ({
      plant: () => replaced(CompletedCheckpointStore.prototype, 'shutdown', () => () => Promise.resolve()),
    }),
  },
  ...COORDINATION_MUTANTS,
  ...COMMITTING_MUTANTS,
  ...TIME_MUTANTS,
  ...WINDOW_MUTANTS,
  ...LOOP_MUTANTS,
  ...ASYNC_MUTANTS,
  ...UNALIGNED_MUTANTS,
  ...REGION_MUTANTS,
  ...PROTOCOL_MUTANTS,
]

export interface MutantResult {
  readonly name: string
  readonly seeds: number
  /** The first seed that found it, and what it said; undefined when none did. */
  readonly found: { readonly seed: number; readonly reason: string } | undefined
}

/** Plays its seeds until one finds the mutant. */
export async function findMutant({ name, from = 1, seeds, make, kind = 'counted' }: Mutant): Promise<MutantResult> {
  for (let seed = from; seed < from + seeds; seed += 1) {
    try {
      await simulateJob(seed, { sabotage: make(), kind })
    } catch (error) {
      const [reason = ''] = error instanceof Error ? error.message.split('\n', 1) : []
      return { name, seeds, found: { seed, reason } }
    }
  }
  return { name, seeds, found: undefined }
}
