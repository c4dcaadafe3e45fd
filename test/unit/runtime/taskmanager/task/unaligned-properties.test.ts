import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { recordsOfInFlight, UnalignedTask, unalignedBarrier } from './unaligned-task.js'
import { structuredSerializer } from '../../../../../src/core/types/structured-serializer.js'

const CHANNELS = 3
const channel = fc.nat({ max: CHANNELS - 1 })
const action = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('write' as const), channel, count: fc.nat({ max: 30 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('large' as const), channel, count: fc.constant(1) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('barrier' as const), channel, count: fc.nat({ max: 9 }) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('step' as const), channel, count: fc.nat({ max: 12 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('read' as const), channel, count: fc.nat({ max: 9 }) }) },
)

/** What was said of one channel into the task before the barrier of the checkpoint at hand. */
interface BarrierSent {
  readonly written: readonly unknown[]
  readonly atWriter: readonly unknown[]
}

class Run {
  readonly #task: UnalignedTask
  readonly #alignedOnly: readonly number[]
  readonly #written: unknown[][] = Array.from({ length: CHANNELS }, () => [])
  #checkpointId = 1
  #sent = new Map<number, BarrierSent>()
  /** What the reader of the output had before its barrier. */
  #readBefore: unknown[] | undefined

  constructor(task: UnalignedTask, alignedOnly: readonly number[]) {
    this.#task = task
    this.#alignedOnly = alignedOnly
  }

  write(index: number, ...values: string[]): void {
    this.#written[index]?.push(...values)
    this.#task.write(index, ...values)
  }

  writeSome(index: number, count: number): void {
    const from = this.#written[index]?.length ?? 0
    this.write(index, ...Array.from({ length: count }, (_, n) => `${String(index)}:${String(from + n)}`))
  }

  /** Among the records where it has to be, or now and then. */
  async barrier(index: number, chance: number): Promise<void> {
    if (this.#sent.has(index)) return
    const writer = this.#task.writer(index)
    const barrier = unalignedBarrier(this.#checkpointId)
    const written = [...(this.#written[index] ?? [])]
    if (chance === 0 || this.#alignedOnly.includes(index)) {
      writer.writeBarrier(barrier)
      this.#sent.set(index, { written, atWriter: [] })
    } else {
      assert.ok(writer.announceBarrier(barrier))
      this.#sent.set(index, { written, atWriter: recordsOfInFlight(writer.inFlight(structuredSerializer())) })
    }
    if (this.#sent.size === CHANNELS) await this.#end()
  }

  read(count: number): void {
    const { downstream, read } = this.#task
    if (downstream.announcedBarrier()?.checkpointId === this.#checkpointId) {
      const rest = recordsOfInFlight(downstream.inFlight(structuredSerializer()))
      this.#readBefore = [...read.values, ...rest]
      downstream.releaseAnnounced()
    }
    read.stopAfter = read.elements.length + count
    while (downstream.hasData() && read.mayContinue()) downstream.drain(read, 0)
  }

  async #end(): Promise<void> {
    const id = this.#checkpointId
    const task = this.#task
    for (let steps = 0; task.acknowledged(id) === undefined; steps += 1) {
      assert.ok(steps < 5000, 'it is acknowledged')
      this.read(10)
      for (const writer of task.upstream) writer.flush()
      await task.step()
    }
    this.read(1)
    const before = task.snapshots.get(id) ?? assert.fail()
    for (const [index, { written, atWriter }] of this.#sent) {
      const ofChannel = before.filter((value) => String(value).startsWith(`${String(index)}:`))
      assert.deepEqual([...ofChannel, ...task.inFlight(id, index), ...atWriter], written)
    }
    assert.deepEqual([...(this.#readBefore ?? assert.fail()), ...task.inFlight(id, 'out')], before)
    this.#checkpointId += 1
    this.#sent = new Map()
    this.#readBefore = undefined
  }
}

async function play(actions: readonly { kind: string; channel: number; count: number }[], alignedOnly: number[]) {
  const task = await UnalignedTask.started({ inputs: CHANNELS, alignedOnly })
  const run = new Run(task, alignedOnly)
  for (const { kind, channel: index, count } of actions) {
    if (kind === 'write') run.writeSome(index, count)
    else if (kind === 'large') run.write(index, `${String(index)}:${'x'.repeat(900)}`)
    else if (kind === 'barrier') await run.barrier(index, count)
    else if (kind === 'step') await task.steps(count)
    else run.read(count)
  }
  for (let index = 0; index < CHANNELS; index += 1) await run.barrier(index, 1)
}

describe('An unaligned checkpoint of a task', () => {
  for (const alignedOnly of [[], [1]]) {
    const which = alignedOnly.length === 0 ? 'in all channels' : 'but in one channel'
    it(`has each record of its inputs and of its output once, where barriers overtake ${which}`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(action, { minLength: 20, maxLength: 80 }), (actions) => play(actions, alignedOnly)),
        { numRuns: 40 },
      )
    })
  }
})
