import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Watermark } from '../../src/api/eventtime/watermark.js'
import { RichMapFunction, type MapFunction } from '../../src/api/functions/map-function.js'
import { OutputTag } from '../../src/api/functions/output-tag.js'
import { AbstractStreamOperator } from '../../src/api/operators/abstract-stream-operator.js'
import { AbstractUdfStreamOperator } from '../../src/api/operators/abstract-udf-stream-operator.js'
import type {
  InternalTimer,
  InternalTimerService,
  Triggerable,
} from '../../src/api/operators/internal-timer-service.js'
import type { OneInputStreamOperator } from '../../src/api/operators/one-input-stream-operator.js'
import type { StateInitializationContext, StateSnapshotContext } from '../../src/api/operators/raw-state.js'
import { StreamRecord } from '../../src/api/operators/stream-record.js'
import type { TwoInputStreamOperator } from '../../src/api/operators/two-input-stream-operator.js'
import { VoidNamespace, VoidNamespaceSerializer } from '../../src/api/operators/void-namespace.js'
import type { WatermarkStatus } from '../../src/api/operators/watermark-status.js'
import { ListStateDescriptor } from '../../src/api/state/list-state-descriptor.js'
import { ValueStateDescriptor } from '../../src/api/state/value-state-descriptor.js'
import type { ValueState } from '../../src/api/state/value-state.js'
import { hashKey } from '../../src/core/keygroups/canonical-key.js'
import { keyGroupForHash } from '../../src/core/keygroups/key-group-assignment.js'
import { stringSerializer } from './own-namespace-serializer.js'
import { Doing, harnessOf, isError } from './own-operator-case.js'
import { KeyedOneInputStreamOperatorTestHarness } from './keyed-one-input-stream-operator-test-harness.js'
import { OneInputStreamOperatorTestHarness } from './one-input-stream-operator-test-harness.js'
import { bindingOf, byFirst } from './operator-harness.js'
import { processingTime, record, sideRecord, status, watermark } from './stream-elements.js'
import { TestOperatorContext } from './test-operator-context.js'
import { testOperator } from './test-operator.js'

type Event = readonly [key: string, n: number]

const odd = new OutputTag<string>('odd')

/** Emits every record, those that are odd to the side, with how many there were in all. */
class Numbering extends AbstractStreamOperator<unknown> implements OneInputStreamOperator<Event, unknown> {
  #count = 0
  override initializeState(context: StateInitializationContext): void {
    for (const count of context.getOperatorStateStore().getListState(new ListStateDescriptor<number>('count')).get()) {
      this.#count += count
    }
  }
  override snapshotState(): void {
    this.getOperatorStateBackend().getListState(new ListStateDescriptor<number>('count')).update([this.#count])
  }
  processElement(element: StreamRecord<Event>): void {
    this.#count += 1
    const [key, n] = element.getValue()
    if (n % 2 === 1) this.output.collect(odd, element.copy(element.getValue()).replace(`${key}${String(n)}`))
    else this.output.collect(element.replace([this.#count, key, n]))
  }
}

testOperator('an own operator of one stream', {
  binding: () => bindingOf({ kind: 'own-one-input', function: new Numbering() }),
  inputs: [
    [record(['a', 2], 1), watermark(1), record(['b', 3], 2), status('idle'), status('active'), record(['c', 4])],
  ],
  expected: [
    record([1, 'a', 2], 1),
    watermark(1),
    sideRecord('odd', 'b3', 2),
    status('idle'),
    status('active'),
    record([3, 'c', 4]),
  ],
  inMode: {
    'restore with another parallelism': { leftOut: 'its count is one of each subtask' },
  },
})

/** A timer a record, and the count of those of its key that have fired. */
class Timing
  extends AbstractStreamOperator<unknown>
  implements OneInputStreamOperator<Event, unknown>, Triggerable<string, VoidNamespace>
{
  #timers: InternalTimerService<VoidNamespace> | undefined
  #count: ValueState<number> | undefined
  override open(): void {
    this.#timers = this.getInternalTimerService('own', VoidNamespaceSerializer.INSTANCE, this)
    this.#count = this.getKeyedStateStore().getState(new ValueStateDescriptor<number>('count'))
  }
  processElement(element: StreamRecord<Event>): void {
    const [, time] = element.getValue()
    if (time < 1000) this.#timers?.registerEventTimeTimer(VoidNamespace.INSTANCE, time)
    else this.#timers?.registerProcessingTimeTimer(VoidNamespace.INSTANCE, time)
  }
  onEventTime(timer: InternalTimer<string, VoidNamespace>): void {
    this.#fire('event', timer, timer.getTimestamp())
  }
  onProcessingTime(timer: InternalTimer<string, VoidNamespace>): void {
    this.#fire('processing', timer, null)
  }
  #fire(domain: string, timer: InternalTimer<string, VoidNamespace>, timestamp: number | null): void {
    assert.equal(timer.getNamespace(), VoidNamespace.INSTANCE)
    const count = (this.#count?.value() ?? 0) + 1
    this.#count?.update(count)
    const key = [timer.getKey(), this.getCurrentKey()]
    this.output.collect(new StreamRecord<unknown>([domain, ...key, count, timer.getTimestamp()], timestamp))
  }
}

testOperator('an own operator with timers', {
  binding: () => bindingOf({ kind: 'own-one-input', function: new Timing() }, byFirst),
  inputs: [
    [
      record(['a', 10], 1),
      record(['c', 4], 2),
      watermark(3),
      record(['a', 7], 3),
      record(['c', 2000], 3),
      watermark(9),
      record(['a', 20], 9),
      record(['c', 25], 9),
      processingTime(2500),
      watermark(Infinity),
    ],
  ],
  slices: true,
  expected: [
    watermark(3),
    record(['event', 'c', 'c', 1, 4], 4),
    record(['event', 'a', 'a', 1, 7], 7),
    watermark(9),
    record(['processing', 'c', 'c', 2, 2000]),
    record(['event', 'a', 'a', 2, 10], 10),
    record(['event', 'a', 'a', 3, 20], 20),
    record(['event', 'c', 'c', 3, 25], 25),
    watermark(Infinity),
  ],
})

/** Timers by namespaces of its own. */
class ByNamespace
  extends AbstractStreamOperator<unknown>
  implements OneInputStreamOperator<Event, unknown>, Triggerable<string, string>
{
  #timers: InternalTimerService<string> | undefined
  override open(): void {
    this.#timers = this.getInternalTimerService('named', stringSerializer, this)
  }
  processElement(element: StreamRecord<Event>): void {
    const [, time] = element.getValue()
    this.#timers?.registerEventTimeTimer('left', time)
    this.#timers?.registerEventTimeTimer('right', time)
    this.#timers?.registerEventTimeTimer(['le', 'ft'].join(''), time)
    if (time % 2 === 1) this.#timers?.deleteEventTimeTimer('right', time)
  }
  onEventTime(timer: InternalTimer<string, string>): void {
    this.output.collect(new StreamRecord([timer.getKey(), timer.getNamespace()], timer.getTimestamp()))
  }
  onProcessingTime(): void {
    assert.fail('there are none')
  }
}

testOperator('an own operator with timers by namespaces', {
  binding: () => bindingOf({ kind: 'own-one-input', function: new ByNamespace() }, byFirst),
  inputs: [
    [
      record(['a', 3], 1),
      record(['c', 5], 1),
      watermark(4),
      record(['c', 7], 4),
      record(['a', 9], 4),
      watermark(6),
      watermark(10),
    ],
  ],
  expected: [
    record(['a', 'left'], 3),
    watermark(4),
    record(['c', 'left'], 5),
    watermark(6),
    record(['c', 'left'], 7),
    record(['a', 'left'], 9),
    watermark(10),
  ],
})

/** Watermarks of its own accord: one with every record, and none of upstream. */
class Punctuating extends AbstractStreamOperator<unknown> implements OneInputStreamOperator<Event, unknown> {
  processElement(element: StreamRecord<Event>): void {
    const [, time] = element.getValue()
    this.output.collect(element)
    this.output.emitWatermark(new Watermark(time))
  }
  override processWatermark(): void {
    // Those of upstream end here.
  }
  override processWatermarkStatus(_status: WatermarkStatus): void {
    // So does idleness.
  }
}

testOperator('an own operator that makes watermarks', {
  binding: () => bindingOf({ kind: 'own-one-input', function: new Punctuating() }),
  inputs: [[record(['a', 3], 3), watermark(100), record(['c', 2], 2), status('idle'), record(['a', 9], 9)]],
  expected: [record(['a', 3], 3), watermark(3), record(['c', 2], 2), record(['a', 9], 9), watermark(9)],
  inMode: {
    'restore with another parallelism': { leftOut: 'every subtask has a time of its own' },
    'restore after every element': { leftOut: 'its time is in no state' },
    'restore after every second element': { leftOut: 'its time is in no state' },
  },
})

/** Raw keyed state: the sum of each key, by key groups. */
class RawSums extends AbstractStreamOperator<unknown> implements OneInputStreamOperator<Event, unknown> {
  readonly #sums = new Map<string, number>()
  override initializeState(context: StateInitializationContext): void {
    for (const input of context.getRawKeyedStateInputs()) {
      const stream = input.getStream()
      while (stream.remaining > 0) this.#sums.set(stream.readUtf8(), stream.readVarInt())
    }
  }
  override snapshotState(context: StateSnapshotContext): void {
    const output = context.getRawKeyedOperatorStateOutput()
    for (const keyGroup of output.getKeyGroupList()) {
      const mine = [...this.#sums].filter(([key]) => keyGroupForHash(hashKey(key, 'auto'), 128) === keyGroup)
      if (mine.length === 0) continue
      const stream = output.startNewKeyGroup(keyGroup)
      for (const [key, sum] of mine) {
        stream.writeUtf8(key)
        stream.writeVarInt(sum)
      }
    }
  }
  processElement(element: StreamRecord<Event>): void {
    const [key, n] = element.getValue()
    const sum = (this.#sums.get(key) ?? 0) + n
    this.#sums.set(key, sum)
    this.output.collect(element.replace([key, sum]))
  }
}

testOperator('an own operator with raw keyed state', {
  binding: () => bindingOf({ kind: 'own-one-input', function: new RawSums() }, byFirst),
  inputs: [
    [record(['a', 1]), record(['b', 4]), record(['a', 3]), record(['c', 2]), record(['b', 6]), record(['c', 5])],
  ],
  expected: [
    record(['a', 1]),
    record(['b', 4]),
    record(['a', 4]),
    record(['c', 2]),
    record(['b', 10]),
    record(['c', 7]),
  ],
})

/** Of two streams: what the left has said of a key, and how often the right has asked; the time of both. */
class Asking extends AbstractStreamOperator<unknown> implements TwoInputStreamOperator<Event, Event, unknown> {
  #said: ValueState<number> | undefined
  override open(): void {
    this.#said = this.getKeyedStateStore().getState(new ValueStateDescriptor<number>('said'))
  }
  processElement1(element: StreamRecord<Event>): void {
    this.#said?.update(element.getValue()[1])
  }
  processElement2(element: StreamRecord<Event>): void {
    this.output.collect(element.replace([this.getCurrentKey(), this.#said?.value() ?? null]))
  }
}

testOperator('an own operator of two streams', {
  binding: () => bindingOf({ kind: 'own-two-input', function: new Asking() }, byFirst, byFirst),
  inputs: [
    [record(['a', 1], 10), watermark(25), record(['c', 2], 20), status('idle'), status('active'), watermark(60)],
    [record(['a', 0], 12), watermark(15), record(['a', 0], 22), watermark(40), watermark(50), record(['c', 0])],
  ],
  expected: [record(['a', 1], 12), watermark(15), record(['a', 1], 22), watermark(40), watermark(50), record(['c', 2])],
})

describe('an own operator', () => {
  it('may emit StreamRecords only', async () => {
    const harness = await harnessOf(new Doing((operator) => operator.out.collect('text' as never)))
    assert.throws(
      () => harness.processElement('a'),
      isError('OPERATOR_OUTPUT_INVALID', /takes a StreamRecord, and was given .*text/),
    )
  })

  it('may not be asynchronous with a record', async () => {
    const harness = await harnessOf(new Doing(() => Promise.resolve()))
    assert.throws(() => harness.processElement('a'), isError('ASYNC_NOT_ALLOWED', /processElement/))
  })

  it('has nothing of the engine in its constructor', () => {
    class TooEarly extends AbstractStreamOperator<unknown> {
      readonly out = this.output
    }
    assert.throws(() => new TooEarly(), isError('GRAPH_INVALID', /TooEarly.*not in its constructor/s))
  })

  it('sets keys of its own subtask only', async () => {
    const operator = new Doing((own, element) => {
      own.setCurrentKey(element.getValue())
      own.out.collect(new StreamRecord<unknown>(own.getCurrentKey()))
    })
    const spec = { kind: 'own-one-input', function: operator } as const
    const alone = await new KeyedOneInputStreamOperatorTestHarness(spec, { kind: 'auto', select: () => 'a' }).open()
    alone.processElement('any key')
    assert.deepEqual(alone.context.output.emitted, [record('any key')])
    const first = new TestOperatorContext({
      taskInfo: { parallelism: 128, subtaskIndex: keyGroupForHash(hashKey('a', 'auto'), 128) },
    })
    const oneOfMany = await new KeyedOneInputStreamOperatorTestHarness(
      { kind: 'own-one-input', function: new Doing((own) => own.setCurrentKey('b')) },
      { kind: 'auto', select: () => 'a' },
      first,
    ).open()
    assert.throws(() => oneOfMany.processElement('a'), isError('KEY_GROUP_REFUSED', /belongs to another subtask/))
    const unkeyed = await harnessOf(new Doing((own) => own.setCurrentKey('a')))
    assert.throws(() => unkeyed.processElement('a'), isError('KEYED_STATE_ON_NON_KEYED_STREAM', /the current key/))
  })

  it('knows the key group of its current key, as long as there is one', async () => {
    const telling = new Doing((own, element) => {
      own.out.collect(new StreamRecord<unknown>(own.getCurrentKeyGroup()))
      own.setCurrentKey(element.getValue())
      own.out.collect(new StreamRecord<unknown>(own.getCurrentKeyGroup()))
    })
    const spec = { kind: 'own-one-input', function: telling } as const
    const keyed = await new KeyedOneInputStreamOperatorTestHarness(spec, { kind: 'auto', select: () => 'a' }).open()
    keyed.processElement('b')
    const groups = ['a', 'b'].map((key) => keyGroupForHash(hashKey(key, 'auto'), 128))
    assert.deepEqual(keyed.context.output.values(), groups)
    await keyed.operator.notifyCheckpointComplete(1)
    assert.throws(() => telling.getCurrentKeyGroup(), isError('STATE_ACCESS_WITHOUT_KEY', /'raw keyed state' of Op/))
    const unkeyed = await harnessOf(new Doing((own) => void own.getCurrentKeyGroup()))
    assert.throws(() => unkeyed.processElement('a'), isError('KEYED_STATE_ON_NON_KEYED_STREAM', /the current key/))
  })

  it('writes each key group once, and none on a stream without keys', async () => {
    const twice = new Doing(() => undefined)
    twice.snapshotState = (context: StateSnapshotContext): void => {
      const output = context.getRawKeyedOperatorStateOutput()
      output.startNewKeyGroup(0)
      output.startNewKeyGroup(0)
    }
    const keyed = await new KeyedOneInputStreamOperatorTestHarness(
      { kind: 'own-one-input', function: twice },
      byFirst,
    ).open()
    await assert.rejects(
      keyed.snapshot(),
      isError('KEY_GROUP_REFUSED', /key group 0 was written in this snapshot already/),
    )
    const unkeyed = await harnessOf(twice)
    await assert.rejects(unkeyed.snapshot(), isError('KEYED_STATE_ON_NON_KEYED_STREAM', /raw keyed state/))
  })

  it('has raw operator state again, partition by partition', async () => {
    class Lines extends AbstractStreamOperator<unknown> implements OneInputStreamOperator<string, unknown> {
      readonly lines: string[] = []
      override initializeState(context: StateInitializationContext): void {
        for (const partition of context.getRawOperatorStateInputs()) this.lines.push(partition.getStream().readUtf8())
      }
      override snapshotState(context: StateSnapshotContext): void {
        for (const line of this.lines) context.getRawOperatorStateOutput().startNewPartition().writeUtf8(line)
      }
      processElement(element: StreamRecord<string>): void {
        this.lines.push(element.getValue())
      }
    }
    const harness = await harnessOf(new Lines())
    harness.processElement('to be')
    harness.processElement('or not')
    const state = await harness.snapshot()
    const restored = new Lines()
    const binding = bindingOf({ kind: 'own-one-input', function: restored })
    await new OneInputStreamOperatorTestHarness(binding, harness.context).open(state, 1)
    assert.deepEqual(restored.lines, ['to be', 'or not'])
  })

  it('runs the life of its hooks in order, once', async () => {
    const calls: string[] = []
    class Living extends Doing {
      override initializeState(): void {
        calls.push('initializeState')
      }
      override async open(): Promise<void> {
        await Promise.resolve()
        calls.push(`open ${this.getOperatorName()}`)
      }
      override prepareSnapshotPreBarrier(id: number): void {
        calls.push(`before barrier ${String(id)}`)
      }
      override snapshotState(context: StateSnapshotContext): void {
        calls.push(`snapshot ${String(context.getCheckpointId())}`)
      }
      override notifyCheckpointComplete(id: number): void {
        calls.push(`complete ${String(id)}`)
      }
      override notifyCheckpointAborted(id: number): void {
        calls.push(`aborted ${String(id)}`)
      }
      override finish(): void {
        calls.push('finish')
      }
      override close(): void {
        calls.push('close')
      }
    }
    const { operator, ...harness } = await harnessOf(new Living(() => undefined))
    await operator.prepareSnapshotPreBarrier(1)
    await operator.notifyCheckpointComplete(1)
    await operator.notifyCheckpointAborted(2)
    await operator.finish()
    await operator.close()
    await operator.close()
    assert.ok(harness.context.taskInfo.parallelism > 0)
    assert.deepEqual(calls, [
      'initializeState',
      `open ${operator.name}`,
      'before barrier 1',
      'complete 1',
      'aborted 2',
      'finish',
      'close',
    ])
  })

  it('shares its life with the function in it', async () => {
    const calls: string[] = []
    class Upper extends RichMapFunction<string, string> {
      override open(): void {
        calls.push('open')
      }
      override close(): void {
        calls.push('close')
      }
      map(value: string): string {
        return `${String(this.getRuntimeContext().getIndexOfThisSubtask())}${value.toUpperCase()}`
      }
    }
    class Mapping
      extends AbstractUdfStreamOperator<string, MapFunction<string, string>>
      implements OneInputStreamOperator<string, string>
    {
      processElement(element: StreamRecord<string>): void {
        this.output.collect(element.replace(this.getUserFunction().map(element.getValue())))
      }
    }
    const harness = await harnessOf(new Mapping(new Upper()))
    harness.processElement('a', 5)
    await harness.operator.close()
    assert.deepEqual(harness.context.output.emitted, [record('0A', 5)])
    assert.deepEqual(calls, ['open', 'close'])
  })
})
