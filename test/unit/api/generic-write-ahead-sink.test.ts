/** Flink's GenericWriteAheadSinkTest as facts: what is sent, when, and what is not sent again. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CheckpointCommitter, GenericWriteAheadSink, Types, type TypeInformation } from '../../../src/index.js'
import { OneInputStreamOperatorTestHarness } from '../../operators/one-input-stream-operator-test-harness.js'
import { bindingOf, settled, turn } from '../../operators/operator-harness.js'
import type { OneInputStreamOperator } from '../../../src/api/operators/one-input-stream-operator.js'

interface Event {
  readonly n: number
}

/** What the outer system has, and which checkpoints it was told of. */
class Outside extends CheckpointCommitter {
  readonly sent: number[] = []
  readonly told = new Set<string>()
  readonly life: string[] = []
  isCommitFailing = false

  override createResource(): void {
    this.life.push(`create for ${this.jobId} ${this.operatorId.length}`)
  }
  override open(): void {
    this.life.push('open')
  }
  override close(): void {
    this.life.push('close')
  }
  async commitCheckpoint(subtask: number, checkpointId: number): Promise<void> {
    if (this.isCommitFailing) throw new Error('not told')
    await Promise.resolve()
    this.told.add(`${subtask} ${checkpointId}`)
  }
  isCheckpointCommitted(subtask: number, checkpointId: number): boolean {
    return this.told.has(`${subtask} ${checkpointId}`)
  }
}

class Ahead extends GenericWriteAheadSink<Event> {
  readonly #outside: Outside
  mayThrow = false
  isDown = false
  before: () => Promise<void> | undefined = () => undefined

  constructor(outside: Outside, type?: TypeInformation<Event>) {
    super(outside, type, 'job')
    this.#outside = outside
  }

  protected override sendValues(values: Iterable<Event>): boolean | Promise<boolean> {
    const before = this.before()
    return before === undefined ? this.#send(values) : before.then(() => this.#send(values))
  }

  #send(values: Iterable<Event>): boolean {
    if (this.mayThrow) throw new Error('not sent')
    if (this.isDown) return false
    this.#outside.sent.push(...[...values].map(({ n }) => n))
    return true
  }
}

function harnessOf(sink: Ahead): OneInputStreamOperatorTestHarness {
  const userFunction = sink as unknown as OneInputStreamOperator<unknown, unknown>
  return new OneInputStreamOperatorTestHarness(bindingOf({ kind: 'own-one-input', function: userFunction }))
}

async function complete(harness: OneInputStreamOperatorTestHarness, checkpointId: number): Promise<void> {
  await settled(harness.operator.notifyCheckpointComplete(checkpointId), harness.context)
}

function give(harness: OneInputStreamOperatorTestHarness, ...numbers: readonly number[]): void {
  for (const n of numbers) harness.processElement({ n })
}

describe('GenericWriteAheadSink', () => {
  it('sends the records of a checkpoint when it is complete, and tells its committer', async () => {
    for (const type of [undefined, Types.OBJECT({ n: Types.LONG })]) {
      const outside = new Outside()
      const harness = await harnessOf(new Ahead(outside, type)).open()
      give(harness, 1, 2)
      await harness.snapshot(1)
      give(harness, 3)
      assert.deepEqual(outside.sent, [])
      await complete(harness, 1)
      assert.deepEqual([outside.sent, [...outside.told]], [[1, 2], ['0 1']])
      await harness.snapshot(2)
      await harness.snapshot(3)
      await complete(harness, 3)
      assert.deepEqual(
        [outside.sent, [...outside.told]],
        [
          [1, 2, 3],
          ['0 1', '0 2'],
        ],
      )
      await harness.close()
      assert.deepEqual(outside.life, ['create for job 32', 'open', 'close'])
    }
  })

  it('sends after a restore what was not sent, and not what was', async () => {
    const outside = new Outside()
    const first = await harnessOf(new Ahead(outside)).open()
    give(first, 1)
    await first.snapshot(1)
    give(first, 2)
    const state = await first.snapshot(2)
    await complete(first, 1)
    await first.close()
    const second = await harnessOf(new Ahead(outside)).open(state, 2)
    assert.deepEqual(outside.sent, [1])
    give(second, 3)
    await second.snapshot(3)
    await complete(second, 3)
    assert.deepEqual(outside.sent, [1, 2, 3])
    await second.close()
  })

  it('tries with the next checkpoint what could not be sent, in order', async () => {
    for (const fault of ['mayThrow', 'isDown'] as const) {
      const outside = new Outside()
      const ahead = new Ahead(outside)
      const harness = await harnessOf(ahead).open()
      ahead[fault] = true
      give(harness, 1)
      await harness.snapshot(1)
      await complete(harness, 1)
      assert.match(harness.context.standardError.text, /not sent with checkpoint 1, tried again with the next one/)
      ahead[fault] = false
      give(harness, 2)
      await harness.snapshot(2)
      await complete(harness, 2)
      assert.deepEqual(outside.sent, [1, 2])
      await harness.close()
    }
  })

  it('sends again what its committer could not be told of', async () => {
    const outside = new Outside()
    const harness = await harnessOf(new Ahead(outside)).open()
    outside.isCommitFailing = true
    give(harness, 1)
    await harness.snapshot(1)
    await complete(harness, 1)
    outside.isCommitFailing = false
    await complete(harness, 2)
    assert.deepEqual([outside.sent, [...outside.told]], [[1, 1], ['0 1']])
    await harness.close()
  })

  it('tries every second after the end of the input, until it is closed', async () => {
    const outside = new Outside()
    const ahead = new Ahead(outside)
    const harness = await harnessOf(ahead).open()
    give(harness, 1)
    await harness.finish()
    await harness.snapshot(1)
    ahead.isDown = true
    const completed = harness.operator.notifyCheckpointComplete(1)
    await turn()
    harness.context.clock.advance(1000)
    await turn()
    assert.deepEqual(outside.sent, [])
    ahead.isDown = false
    harness.context.clock.advance(1000)
    await completed
    assert.deepEqual(outside.sent, [1])
    ahead.isDown = true
    give(harness, 2)
    await harness.snapshot(2)
    const last = harness.operator.notifyCheckpointComplete(2)
    await turn()
    await harness.close()
    await last
    assert.deepEqual(outside.sent, [1])
  })

  it('sends nothing more once it is closed, whatever its outer system answers then', async () => {
    for (const isDown of [false, true]) {
      const outside = new Outside()
      const ahead = new Ahead(outside)
      const harness = await harnessOf(ahead).open()
      give(harness, 1)
      await harness.snapshot(1)
      give(harness, 2)
      await harness.finish()
      await harness.snapshot(2)
      let answer: () => void = () => undefined
      ahead.isDown = isDown
      ahead.before = () => new Promise((resolve) => (answer = resolve))
      const completed = harness.operator.notifyCheckpointComplete(2)
      await turn()
      await harness.close()
      answer()
      await completed
      ahead.isDown = false
      harness.context.clock.advance(5000)
      await turn()
      assert.deepEqual([outside.sent, [...outside.told]], [isDown ? [] : [1], []])
    }
  })

  it('says what was not sent where no checkpoint follows the end of the input', async () => {
    const outside = new Outside()
    const harness = await harnessOf(new Ahead(outside)).open()
    give(harness, 1, 2)
    await harness.snapshot(1)
    give(harness, 3)
    await harness.finishAndClose()
    assert.deepEqual(outside.sent, [])
    assert.match(
      harness.context.standardError.text,
      /^Op: 3 records were not sent: lost, unless the job restarts or goes on from a checkpoint\n$/,
    )
    const sent = await harnessOf(new Ahead(outside)).open()
    give(sent, 4)
    await sent.finish()
    await sent.snapshot(2)
    await complete(sent, 2)
    await sent.close()
    assert.equal(sent.context.standardError.text, '')
  })

  it('fails after the end of the input of what sendValues throws', async () => {
    const ahead = new Ahead(new Outside())
    const harness = await harnessOf(ahead).open()
    give(harness, 1)
    await harness.finish()
    await harness.snapshot(1)
    ahead.mayThrow = true
    await assert.rejects(complete(harness, 1), /not sent/)
    await harness.close()
  })
})
