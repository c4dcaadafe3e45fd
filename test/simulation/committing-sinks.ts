/** The engine's sinks, each around the same outer system: what is prepared there is durable, and committed by name, as often as one likes. */
import {
  CheckpointCommitter,
  GenericWriteAheadSink,
  StandardSinkTopologies,
  TwoPhaseCommitSinkFunction,
  type CommittableMessage,
  type CommitRequest,
  type Committer,
  type CommittingSinkWriter,
  type DataStream,
  type DataStreamSink,
  type Sink,
  type SinkFunctionContext,
  type SupportsCommitter,
  type WriterInitContext,
} from '../../src/index.js'
import type { FunctionBag, JobWorld } from './job-world.js'
import type { CountRecord } from './transactional-store.js'

/** Ends the stream in the sink that the scenario names. */
export function endInCommittingSink(
  counts: DataStream<CountRecord>,
  uid: string,
  functions: FunctionBag,
  world: Pick<JobWorld, 'scenario' | 'plan'>,
): void {
  const { scenario, plan } = world
  switch (scenario.committing?.sink) {
    case 'transactions':
      counts
        .addSink(functions.get(uid, (own) => new TransactionFunction(own, uid)))
        .uid(uid)
        .setParallelism(plan.sinkParallelism)
      return
    case 'ahead':
      counts
        .transform(
          uid,
          undefined,
          functions.get(uid, (own) => new AheadSink(own, uid)),
        )
        .uid(uid)
        .setParallelism(plan.sinkParallelism)
      return
    default:
      sinkOfWriters(counts, uid, functions).uid(uid).setParallelism(plan.sinkParallelism)
  }
}

function sinkOfWriters(
  counts: DataStream<CountRecord>,
  uid: string,
  functions: FunctionBag,
): DataStreamSink<CountRecord> {
  return counts.sinkTo(functions.get(uid, (own) => withTopologies(new WritersSink(own, uid), own)))
}

/** A commit of the outer system: it may not be reached, fail, answer late, or be done while nobody hears of it. */
async function commit(world: JobWorld, name: string): Promise<void> {
  await world.beforeHook('commit: before', name)
  world.store.commitPrepared(name)
  await world.beforeHook('commit: after', name)
}

class TransactionFunction extends TwoPhaseCommitSinkFunction<CountRecord, { readonly name: string }> {
  readonly #world: JobWorld
  readonly #uid: string
  readonly #records = new Map<string, CountRecord[]>()
  #number = 0

  constructor(world: JobWorld, uid: string) {
    super()
    this.#world = world
    this.#uid = uid
    this.setTransactionTimeout(60_000).enableTransactionTimeoutWarnings(0.9)
  }

  protected async beginTransaction(): Promise<{ readonly name: string }> {
    await this.#world.beforeHook('open', this.#uid)
    const context = this.getRuntimeContext()
    this.#number += 1
    const subtask = `${this.#uid} ${context.getIndexOfThisSubtask()}, attempt ${context.getAttemptNumber()}`
    return { name: `${this.#world.runName}, ${subtask}, transaction ${this.#number}` }
  }

  protected invoke(
    { name }: { readonly name: string },
    value: CountRecord,
    _context: SinkFunctionContext,
  ): void | Promise<void> {
    const write = (): void => {
      this.#records.set(name, [...(this.#records.get(name) ?? []), value])
    }
    const before = this.#world.beforeWriting()
    if (before !== undefined) return before.then(write)
    write()
  }

  protected async preCommit({ name }: { readonly name: string }): Promise<void> {
    this.#world.store.prepare({ name, records: this.#records.get(name) ?? [] })
    this.#records.delete(name)
    await this.#world.beforeHook('snapshotState', this.#uid)
  }

  protected commit({ name }: { readonly name: string }): Promise<void> {
    return commit(this.#world, name)
  }

  protected abort({ name }: { readonly name: string }): void {
    this.#world.store.abort(name)
  }
}

class WritersSink implements Sink<CountRecord>, SupportsCommitter<CountRecord, string> {
  readonly #world: JobWorld
  readonly #uid: string

  constructor(world: JobWorld, uid: string) {
    this.#world = world
    this.#uid = uid
  }

  createWriter(context: WriterInitContext): CommittingSinkWriter<CountRecord, string> {
    const world = this.#world
    const info = context.getTaskInfo()
    const subtask = `${this.#uid} ${info.getIndexOfThisSubtask()}, attempt ${info.getAttemptNumber()}`
    let records: CountRecord[] = []
    let number = 0
    return {
      write: (record) => {
        const before = world.beforeWriting()
        if (before !== undefined) return before.then(() => void records.push(record))
        records.push(record)
        return undefined
      },
      flush: () => world.beforeHook('snapshotState', this.#uid),
      prepareCommit: () => {
        // A few for each checkpoint: the last has what is left.
        const parts = records.length === 0 ? [] : [records.slice(0, 1), records.slice(1, 3), records.slice(3)]
        records = []
        return parts.flatMap((part) => {
          if (part.length === 0) return []
          number += 1
          const name = `${world.runName}: ${subtask}, part ${number}`
          world.store.prepare({ name, records: part })
          return [name]
        })
      },
    }
  }

  createCommitter(): Committer<string> {
    const world = this.#world
    const retriesOneIn = world.scenario.committing?.retriesOneIn ?? 0
    const isStruck = (): boolean => retriesOneIn > 0 && world.nextInt(retriesOneIn) === 0
    return {
      commit: async (requests) => {
        for (const request of requests) await commitRequest(world, request, isStruck)
      },
    }
  }
}

async function commitRequest(world: JobWorld, request: CommitRequest<string>, isStruck: () => boolean): Promise<void> {
  const name = request.getCommittable()
  if (world.store.isCommitted(name) && isStruck()) {
    world.note(`committed again: ${name}`)
    request.signalAlreadyCommitted()
    return
  }
  const isRetried = isStruck()
  // Of those that are retried some are done all the same: the answer is lost.
  if (!isRetried || isStruck()) await commit(world, name)
  if (!isRetried) return
  world.note(`to be retried: ${name}`)
  request.retryLater()
}

/** Committables of a subtask go to one committer, whoever that is; what is committed is told to one for all. */
function withTopologies(sink: WritersSink, world: JobWorld): WritersSink {
  const topology = world.scenario.committing?.topology ?? 'none'
  if (topology.startsWith('exchange')) {
    const addPreCommitTopology = (
      committables: DataStream<CommittableMessage<string>>,
    ): DataStream<CommittableMessage<string>> =>
      committables.partitionCustom(
        (subtask, channels) => (Number(subtask) + 1) % channels,
        (message) => message.getSubtaskId(),
      )
    Object.assign(sink, { addPreCommitTopology })
  }
  if (topology.endsWith('global')) {
    const addPostCommitTopology = (committables: DataStream<CommittableMessage<string>>): void => {
      StandardSinkTopologies.addGlobalCommitter(committables, () => globalCommitter(world))
    }
    Object.assign(sink, { addPostCommitTopology })
  }
  return sink
}

/** Each of its committables was committed before, and it is given each. */
function globalCommitter(world: JobWorld): Committer<string> {
  return {
    commit: async (requests) => {
      for (const request of requests) {
        const name = request.getCommittable()
        if (!world.store.isCommitted(name)) world.fail(`"${name}" is committed for all before it was committed`)
        await world.beforeHook('commit: before', `all of ${name}`)
        world.store.tell(`all: ${name}`)
        await world.beforeHook('commit: after', `all of ${name}`)
      }
    },
  }
}

class AheadSink extends GenericWriteAheadSink<CountRecord> {
  readonly #world: JobWorld

  constructor(world: JobWorld, uid: string) {
    super(new ToldCheckpoints(world, uid), undefined, 'simulated')
    this.#world = world
  }

  /** The outer system knows what it has been sent by its first record, so that it takes it once. */
  protected override async sendValues(values: Iterable<CountRecord>): Promise<boolean> {
    const records = [...values]
    const name = `ahead from ${JSON.stringify(records[0])}`
    if (!this.#world.store.isCommitted(name)) this.#world.store.prepare({ name, records })
    const retriesOneIn = this.#world.scenario.committing?.retriesOneIn ?? 0
    if (retriesOneIn > 0 && this.#world.nextInt(retriesOneIn) === 0) return false
    await commit(this.#world, name)
    return true
  }
}

class ToldCheckpoints extends CheckpointCommitter {
  readonly #world: JobWorld
  readonly #uid: string

  constructor(world: JobWorld, uid: string) {
    super()
    this.#world = world
    this.#uid = uid
  }

  commitCheckpoint(subtask: number, checkpointId: number): void {
    this.#world.store.tell(this.#nameOf(subtask, checkpointId))
  }

  isCheckpointCommitted(subtask: number, checkpointId: number): boolean {
    return this.#world.store.wasTold(this.#nameOf(subtask, checkpointId))
  }

  #nameOf(subtask: number, checkpointId: number): string {
    return `${this.#uid} ${subtask}: ${checkpointId}`
  }
}
