import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { KeyedStream } from '../../../src/api/datastream/keyed-stream.js'
import type { StreamExecutionEnvironment } from '../../../src/api/environment/stream-execution-environment.js'
import type { FunctionInitializationContext } from '../../../src/api/functions/checkpointed-function.js'
import { KeyedProcessFunction } from '../../../src/api/functions/process-function.js'
import { RichMapFunction } from '../../../src/api/functions/map-function.js'
import { ListStateDescriptor } from '../../../src/api/state/list-state-descriptor.js'
import { MapStateDescriptor } from '../../../src/api/state/map-state-descriptor.js'
import type { StateDescriptor } from '../../../src/api/state/state-descriptor.js'
import { ValueStateDescriptor } from '../../../src/api/state/value-state-descriptor.js'
import type { TypeInformation } from '../../../src/api/types/type-information.js'
import { Types } from '../../../src/api/types/types-table.js'
import { CountTrigger } from '../../../src/api/windowing/triggers/count-trigger.js'
import { TumblingEventTimeWindows } from '../../../src/api/windowing/assigners/tumbling-event-time-windows.js'
import { refusedBy } from '../../../src/cluster/restore-check-result.js'
import { EMPTY_SUBTASK_STATE } from '../../../src/storage/state-handles.js'
import type { CompletedCheckpoint, OperatorState } from '../../../src/storage/checkpoint-metadata.js'
import { check, operatorOf, snapshotOf, snapshotWith, verdictsOf, type Build } from './checked-programs.js'

type Asks = (context: ReturnType<KeyedProcessFunction<string, string, string>['getRuntimeContext']>) => void

class Count extends KeyedProcessFunction<string, string, string> {
  readonly calls: string[]
  readonly #asks: Asks
  constructor(asks: Asks, calls: string[] = []) {
    super()
    this.#asks = asks
    this.calls = calls
  }
  override open(): void {
    this.calls.push('open')
    this.#asks(this.getRuntimeContext())
  }
  override close(): void {
    this.calls.push('close')
  }
  processElement(): void {
    this.calls.push('record')
  }
}

class Buffering {
  initializeState(context: FunctionInitializationContext): void {
    context.getOperatorStateStore().getListState(new ListStateDescriptor('buffer', Types.STRING))
  }
  snapshotState(): void {
    return undefined
  }
  map(text: string): string {
    return text
  }
}

interface Counting {
  readonly uid?: string
  readonly name?: string
  readonly maxParallelism?: number
  readonly key?: TypeInformation<string>
}

/** elements -> keyed count. */
function counting(asks: Asks, { uid, name = 'Count', maxParallelism, key }: Counting = { uid: 'count' }): Build {
  return (env) => {
    const counts = keyedBy(env, key).process(new Count(asks)).name(name)
    if (uid !== undefined) counts.uid(uid)
    if (maxParallelism !== undefined) counts.setMaxParallelism(maxParallelism)
  }
}

function keyedBy(env: StreamExecutionEnvironment, key?: TypeInformation<string>): KeyedStream<string, string> {
  const words = env.fromElements('a', 'b')
  return key === undefined ? words.keyBy((word) => word) : words.keyBy((word) => word, key)
}

function values(...descriptors: readonly ValueStateDescriptor<never>[]): Asks {
  return (context) => {
    for (const descriptor of descriptors) context.getState(descriptor)
  }
}

function value(name: string, type?: TypeInformation<never>): ValueStateDescriptor<never> {
  return new ValueStateDescriptor<never>(name, type)
}

const BYTE = { kind: 'inline', bytes: Uint8Array.of(1), crc32c: 0 } as const
const LONG = Types.LONG as TypeInformation<never>
const STRING = Types.STRING as TypeInformation<never>
const TOTAL = values(value('total', LONG))

/** What is told of one state of `count` when the function asks for this in place of `total`. */
async function changed(
  before: StateDescriptor<unknown>,
  now: StateDescriptor<unknown>,
): Promise<readonly [verdict: string, reason: string]> {
  const snapshot = await snapshotOf(counting(asking(before)))
  const [state] = operatorOf(await check(counting(asking(now)), snapshot), 'count').states.filter(
    ({ name }) => name === 's',
  )
  return [state?.verdict ?? '', state?.reason ?? '']
}

function asking(descriptor: StateDescriptor<unknown>): Asks {
  return (context) => {
    if (descriptor instanceof ListStateDescriptor) context.getListState(descriptor)
    else if (descriptor instanceof MapStateDescriptor) context.getMapState(descriptor)
    else context.getState(descriptor as ValueStateDescriptor<unknown>)
  }
}

function withoutOperators(
  snapshot: CompletedCheckpoint,
  change: (operator: OperatorState) => OperatorState,
): CompletedCheckpoint {
  return snapshotWith(snapshot.metadata.operators.map(change))
}

describe('A check of a restore', () => {
  it('matches the states of the program that wrote them', async () => {
    const found = await check(counting(TOTAL), await snapshotOf(counting(TOTAL)))
    assert.deepEqual(verdictsOf(found).slice(1), ['matched count: total matched'])
    assert.equal(found.operators.length, 2, 'the elements and their count')
    assert.equal(refusedBy(found, false), false)
  })

  it('calls new what the snapshot does not have', async () => {
    const snapshot = await snapshotOf(counting(TOTAL))
    const more: Build = (env) => {
      counting(values(value('total', LONG), value('seen')))(env)
      keyedBy(env).process(new Count(TOTAL)).uid('other')
    }
    const found = await check(more, snapshotWith(snapshot.metadata.operators.filter(({ uid }) => uid === 'count')))
    assert.deepEqual(
      verdictsOf(found).filter((line) => !line.includes('Source')),
      ['matched count: total matched, seen new', 'new other: total new'],
    )
    assert.equal(refusedBy(found, false), false)
  })

  it('calls orphaned what has no operator any more, which -n allows', async () => {
    const snapshot = await snapshotOf((env) => {
      counting(TOTAL)(env)
      keyedBy(env)
        .process(new Count(values(value('seen'))))
        .uid('other')
        .name('Other')
    })
    const found = await check(
      counting(TOTAL),
      withoutOperators(snapshot, (each) => each),
    )
    assert.deepEqual(verdictsOf(found).at(-1), 'orphaned other: seen orphaned')
    assert.deepEqual([refusedBy(found, false), refusedBy(found, true)], [true, false])
  })

  it('calls an operator renamed that has another uid, or has one now', async () => {
    for (const uid of ['count', undefined]) {
      const before = uid === undefined ? {} : { uid }
      const found = await check(counting(TOTAL, { uid: 'counts' }), await snapshotOf(counting(TOTAL, before)))
      const renamed = found.operators.at(-1)
      assert.equal(renamed?.verdict, 'renamed')
      const call = uid === undefined ? `.setUidHash('${renamed.operatorId}')` : ".uid('count')"
      assert.equal(renamed.advice, `uid "counts" (Count) looks like it, and is new: set ${call} there.`)
      assert.deepEqual([refusedBy(found, false), refusedBy(found, true)], [true, false])
    }
  })

  it('does not take an operator with other states for the renamed one', async () => {
    const found = await check(counting(values(value('other')), { uid: 'counts' }), await snapshotOf(counting(TOTAL)))
    assert.equal(found.operators.at(-1)?.verdict, 'orphaned')
  })

  it('calls a state renamed where one of the same kind and type is new in its place', async () => {
    const found = await check(counting(values(value('sum', LONG))), await snapshotOf(counting(TOTAL)))
    assert.deepEqual(verdictsOf(found).slice(1), ['matched count: total renamed, sum new'])
    const [state] = operatorOf(found, 'count').states.filter(({ verdict }) => verdict === 'renamed')
    assert.equal(state?.advice, "state 'sum' looks like it, and is new: name it 'total'")
    assert.equal(refusedBy(found, false), true)
  })

  it('calls a state orphaned that nothing asks for, where two could be it or none', async () => {
    const snapshot = await snapshotOf(counting(TOTAL))
    for (const asks of [values(value('a', LONG), value('b', LONG)), values(value('a', STRING))]) {
      const found = await check(counting(asks), snapshot)
      assert.match(verdictsOf(found)[1] ?? '', /^matched count: total orphaned, a new/)
    }
  })

  it('says why a state is incompatible, and whether values are converted', async () => {
    const long = new ValueStateDescriptor('s', Types.LONG)
    const text = new ValueStateDescriptor('s', Types.STRING)
    const migrated = new ValueStateDescriptor('s', Types.STRING).withSchema(2, { migrate: { 1: (old) => String(old) } })
    const unversioned = new ValueStateDescriptor('s', Types.STRING).withSchema(2, { migrate: {} })
    const wider = new ValueStateDescriptor('s', Types.DOUBLE)
    const list = new ListStateDescriptor('s', Types.LONG)
    const byText = new MapStateDescriptor('s', Types.STRING, Types.LONG)
    const byNumber = new MapStateDescriptor('s', Types.LONG, Types.LONG)
    const refused = async (
      pattern: RegExp,
      before: StateDescriptor<unknown>,
      now: StateDescriptor<unknown>,
    ): Promise<void> => {
      const [verdict, reason] = await changed(before, now)
      assert.equal(verdict, 'incompatible')
      assert.match(reason, pattern)
    }
    await refused(/written as LONG and is declared as STRING/, long, text)
    await refused(/list state .*value state|value state .*list state/, long, list)
    await refused(/keys were written as STRING and are declared as LONG/, byText, byNumber)
    await refused(/migrate has no step from 1/, long, unversioned)
    await refused(/written with version 2, and the program declares version 1, an earlier one/, migrated, text)
    assert.deepEqual(await changed(long, migrated), ['matched', 'its values are converted when they are restored'])
    assert.deepEqual(await changed(long, wider), ['matched', 'its values are converted when they are restored'])
    assert.deepEqual(await changed(long, long), ['matched', ''])
  })

  it('looks at the shape of a state in every subtask', async () => {
    const snapshot = await snapshotOf(counting(TOTAL), { 'parallelism.default': '2' })
    const mixed = withoutOperators(snapshot, (operator) => ({
      ...operator,
      subtasks: operator.subtasks.map((subtask, index) => ({
        managedOperator: subtask?.managedOperator ?? [],
        managedKeyed: (subtask?.managedKeyed ?? []).map((handle) => ({
          ...handle,
          states: handle.states.map((state) => (index === 1 ? { ...state, typeFingerprint: 'STRING' } : state)),
        })),
      })),
    }))
    for (const [parallelism, reason] of [
      ['2', /written as STRING and is declared as LONG/],
      ['1', /the snapshot has it in two shapes/],
    ] as const) {
      const found = await check(counting(TOTAL), mixed, { configuration: { 'parallelism.default': parallelism } })
      const total = operatorOf(found, 'count').states.find(({ name }) => name === 'total')
      assert.equal(total?.verdict, 'incompatible')
      assert.match(total.reason ?? '', reason)
    }
  })

  it('calls an operator incompatible for its keys, its max parallelism and the files of its backend', async () => {
    const snapshot = await snapshotOf(counting(TOTAL))
    const reasonOf = async (build: Build, against = snapshot, backend = 'hashmap'): Promise<string> => {
      const found = await check(build, against, { backend })
      const { verdict, reason = '' } = operatorOf(found, 'count')
      assert.equal(verdict, reason === '' ? 'matched' : 'incompatible')
      assert.equal(refusedBy(found, true), reason !== '')
      return reason
    }
    assert.equal(await reasonOf(counting(TOTAL)), '')
    const declared = { uid: 'count', key: Types.LONG as never }
    assert.match(
      await reasonOf(counting(TOTAL, declared)),
      /written with keys of the type string, .*of the type number/,
    )
    const wide = counting(TOTAL, { uid: 'count', maxParallelism: 256 })
    assert.match(await reasonOf(wide), /max parallelism 128 to new program with max parallelism 256.*savepoint rescale/)
    const inFiles = withoutOperators(snapshot, (operator) => ({
      ...operator,
      subtasks: operator.subtasks.map((subtask) => ({
        managedOperator: subtask?.managedOperator ?? [],
        managedKeyed: (subtask?.managedKeyed ?? []).map((handle) => ({
          ...handle,
          backendFiles: { backend: 'rocksdb', files: [] },
        })),
      })),
    }))
    assert.match(await reasonOf(counting(TOTAL), inFiles), /rocksdb/)
    assert.equal(await reasonOf(counting(TOTAL), inFiles, 'rocksdb'), '')
  })

  it('calls records in flight orphaned that have no place, with and without their operator', async () => {
    const channel = { edgeIndex: 0, channelIndex: 0, typeFingerprint: 'INT', offsets: [0, 1], handle: BYTE }
    const edge = { id: 'a/0-b/0', sourceName: 'Was', partitioner: 'hash', recordType: 'INT' }
    const snapshot = withoutOperators(await snapshotOf(counting(TOTAL)), (operator) => ({
      ...operator,
      inputEdges: [edge],
      subtasks: [{ ...EMPTY_SUBTASK_STATE, inputChannels: [channel] }],
    }))
    for (const build of [counting(TOTAL), counting(TOTAL, { uid: 'other' })]) {
      const found = await check(build, snapshot)
      const lost = found.operators.flatMap(({ states }) => states).filter(({ kind }) => kind === 'channel')
      assert.deepEqual(
        lost.map(({ verdict }) => verdict),
        ['orphaned', 'orphaned'],
        'of the elements and of their count',
      )
      assert.match(lost[0]?.reason ?? '', /in flight/)
      assert.deepEqual([refusedBy(found, false), refusedBy(found, true)], [true, false])
    }
  })

  it('says of an operator that had finished that it does not run again', async () => {
    const snapshot = withoutOperators(await snapshotOf(counting(TOTAL)), (operator) => ({
      ...operator,
      fullyFinished: true,
      subtasks: operator.subtasks.map(() => undefined),
    }))
    const { verdict, reason } = operatorOf(await check(counting(TOTAL), snapshot), 'count')
    assert.deepEqual([verdict, reason], ['matched', 'it had finished, and does not run again'])
  })

  it('refuses an operator that had finished after a source that the snapshot does not know', async () => {
    const joined: Build = (env) => {
      const words = env.fromElements('a').uid('words')
      const more = env.fromElements('b').uid('more').name('More')
      words.union(more).map(new Buffering()).uid('buffer').name('Buffer')
    }
    const snapshot = withoutOperators(await snapshotOf(joined), (operator) => ({
      ...operator,
      fullyFinished: true,
      subtasks: operator.subtasks.map(() => undefined),
    }))
    const known = operatorOf(await check(joined, snapshot), 'buffer')
    assert.equal(known.verdict, 'matched')
    const { metadata } = snapshot
    const older = { ...metadata, operators: metadata.operators.filter(({ uid }) => uid !== 'more') }
    const { verdict, reason } = operatorOf(await check(joined, { ...snapshot, metadata: older }), 'buffer')
    assert.equal(verdict, 'incompatible')
    assert.match(reason ?? '', /Operator Buffer had finished there .* reads from .*More, which is not in the snapshot/)
  })

  it('looks for no renamed operator among those that can take no state', async () => {
    const buffering: Build = (env) => {
      const words = env.fromElements('a').uid('words')
      words.map(new Buffering()).uid('buffer').name('Buffer')
    }
    const plain: Build = (env) => {
      const words = env.fromElements('a').uid('words')
      words
        .map((word) => word)
        .uid('plain')
        .name('Buffer')
    }
    const found = await check(plain, await snapshotOf(buffering))
    assert.deepEqual(verdictsOf(found).slice(1), ['orphaned buffer: buffer orphaned'])
  })

  it('says of a snapshot of fewer key groups than subtasks that it does not fit', async () => {
    const snapshot = await snapshotOf(counting(TOTAL, { uid: 'count', maxParallelism: 2 }))
    const found = await check(counting(TOTAL), snapshot, { configuration: { 'parallelism.default': '3' } })
    assert.match(operatorOf(found, 'count').reason ?? '', /maximum parallelism \(2\).*configured parallelism \(3\)/)
    const two = operatorOf(
      await check(counting(TOTAL), snapshot, { configuration: { 'parallelism.default': '2' } }),
      'count',
    )
    assert.deepEqual([two.verdict, two.parallelism], ['matched', { stored: 1, planned: 2 }])
  })
})

describe('What a check cannot know', () => {
  it('is unknown where a function throws when it is opened or does not end, which does not fit, or is not to be called', async () => {
    const snapshot = await snapshotOf(counting(TOTAL))
    const failing: Asks = () => {
      throw new TypeError('no database here')
    }
    const [, state] = operatorOf(await check(counting(failing), snapshot), 'count').states
    const total = (found: Awaited<ReturnType<typeof check>>): readonly (string | undefined)[] => {
      const each = operatorOf(found, 'count').states.find(({ name }) => name === 'total')
      return [each?.verdict, each?.reason]
    }
    assert.equal(state === undefined, false)
    const thrown = await check(counting(failing), snapshot)
    assert.equal(total(thrown)[0], 'unknown')
    assert.match(total(thrown)[1] ?? '', /no database here/)
    const { verdict, reason } = operatorOf(thrown, 'count')
    assert.deepEqual([verdict, refusedBy(thrown, true)], ['failed', true])
    const place = String.raw`at .*failing .+restore-check\.test\.[jt]s:\d+:\d+`
    assert.match(
      reason ?? '',
      new RegExp(`^Count \\(subtask 1 of 1\\) failed: TypeError: no database here \\(${place}\\)$`),
    )
    const begun = await check(counting(failing), snapshotWith([]))
    assert.deepEqual([operatorOf(begun, 'count').verdict, refusedBy(begun, false)], ['failed', true])
    const hanging: Build = (env) => {
      const count = new Count(() => undefined)
      Object.assign(count, { open: () => new Promise(() => undefined) })
      keyedBy(env).process(count).uid('count')
    }
    const limited = await check(hanging, snapshot, { limitMs: 20 })
    assert.deepEqual(total(limited), ['unknown', 'it took longer than 0.02 s to open'])
    assert.deepEqual([operatorOf(limited, 'count').verdict, refusedBy(limited, false)], ['failed', true])
    const closed = await check(counting(TOTAL), snapshot, { opensFunctions: false })
    assert.deepEqual(total(closed), ['unknown', 'its functions were not to be called'])
    assert.deepEqual([operatorOf(closed, 'count').verdict, refusedBy(closed, false)], ['matched', false])
  })

  it('is unknown where something fails that an opened function does not wait for', async () => {
    const snapshot = await snapshotOf(counting(values(value('total', LONG), value('seen'))))
    let fail: (reason: string) => void = () => undefined
    const asks: Asks = (context) => {
      context.getState(value('seen'))
      fail('the connection was lost')
    }
    const found = await check(counting(asks), snapshot, {
      onLearner: (learner) => {
        fail = (reason) => {
          learner.failed(reason)
        }
      },
    })
    assert.deepEqual(verdictsOf(found)[1], 'failed count: total unknown, seen matched')
    assert.equal(
      operatorOf(found, 'count').states.find(({ name }) => name === 'total')?.reason,
      'the connection was lost',
    )
  })

  it('is unknown where a function may ask with its first record, and known once it asks for anything', async () => {
    const snapshot = await snapshotOf(counting(values(value('total', LONG), value('seen'))))
    const nothing = await check(
      counting(() => undefined),
      snapshot,
    )
    assert.deepEqual(verdictsOf(nothing)[1], 'matched count: total unknown, seen unknown')
    const one = await check(counting(values(value('seen'))), snapshot)
    assert.deepEqual(verdictsOf(one)[1], 'matched count: total orphaned, seen matched')
  })

  it('is unknown of state that triggers keep; the contents of windows are known', async () => {
    const windows: Build = (env) => {
      const assigner = TumblingEventTimeWindows.of(1000)
      const windowed = keyedBy(env).window(assigner).trigger(CountTrigger.of(2))
      windowed.reduce((left) => left).uid('windows')
    }
    const snapshot = await snapshotOf(windows)
    const ofTrigger = { name: 'count', kind: 'reducing', typeFingerprint: 'LONG', schemaVersion: 0 } as const
    const fired = withoutOperators(snapshot, (operator) => ({
      ...operator,
      subtasks: operator.subtasks.map((subtask) => ({
        managedOperator: subtask?.managedOperator ?? [],
        managedKeyed: (subtask?.managedKeyed ?? []).map((handle) => ({
          ...handle,
          states: [...handle.states, ofTrigger],
        })),
      })),
    }))
    const verdicts = verdictsOf(await check(windows, fired)).at(-1) ?? ''
    assert.match(verdicts, /^matched windows: .*window-contents matched, count unknown$/)
  })
})

describe('Functions that are checked', () => {
  it('are opened without a record and closed, and see a restore of nothing', async () => {
    const calls: string[] = []
    class Buffer extends RichMapFunction<string, string> {
      override open(): void {
        calls.push('open without a key')
      }
      async initializeState(context: FunctionInitializationContext): Promise<void> {
        await Promise.resolve()
        const list = context.getOperatorStateStore().getListState(new ListStateDescriptor('buffer', Types.STRING))
        calls.push(`restored ${String(context.isRestored())}, ${String([...list.get()].length)} elements`)
      }
      snapshotState(): void {
        calls.push('snapshot')
      }
      map(text: string): string {
        return text
      }
    }
    const build: Build = (env) => {
      const words = env.fromElements('a').uid('words').map(new Buffer()).uid('buffer')
      words
        .keyBy((word) => word)
        .process(new Count(TOTAL, calls))
        .uid('count')
    }
    const snapshot = await snapshotOf(build)
    calls.length = 0
    const found = await check(build, snapshot)
    assert.deepEqual(calls, ['restored true, 0 elements', 'open', 'close'])
    assert.deepEqual(verdictsOf(found).slice(1), ['matched buffer: buffer matched', 'matched count: total matched'])
  })
})
