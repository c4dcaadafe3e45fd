import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { FlushingSink } from '../../../src/api/functions/sink/flushing-sink.js'
import type { SinkFunction } from '../../../src/api/functions/sink-function.js'
import { OneInputStreamOperatorTestHarness } from '../../operators/one-input-stream-operator-test-harness.js'
import { bindingOf, turn } from '../../operators/operator-harness.js'
import { TestOperatorContext } from '../../operators/test-operator-context.js'

export interface FlushingSinkUnderTest {
  readonly sink: SinkFunction<unknown> & FlushingSink
  /** The records that have left it. */
  readonly written: () => Promise<unknown[]>
  /** Every further write fails. */
  readonly breakTarget: () => void
}

type Make = (context: TestOperatorContext) => Promise<FlushingSinkUnderTest>

interface Opened extends FlushingSinkUnderTest {
  readonly harness: OneInputStreamOperatorTestHarness
}

async function open(make: Make): Promise<Opened> {
  const context = new TestOperatorContext()
  const made = await make(context)
  const binding = bindingOf({ kind: 'sink', function: made.sink })
  return { ...made, harness: await new OneInputStreamOperatorTestHarness(binding, context).open() }
}

const MORE_THAN_ANY_BUFFER = 'x'.repeat(1024 * 1024)

/** What every sink that keeps records back promises. */
export function flushingSinkContract(name: string, make: Make): void {
  describe(`${name} loses nothing that it took`, () => {
    it('has written everything before the barrier of a checkpoint', async () => {
      const { harness, written } = await open(make)
      harness.processElement('a')
      harness.processElement('b')
      await harness.operator.prepareSnapshotPreBarrier(1)
      assert.deepEqual(await written(), ['a', 'b'])
    })

    it('writes within a second while nothing more comes, and again after that', async () => {
      const { harness, written } = await open(make)
      for (const record of ['a', 'b']) {
        harness.processElement(record)
        harness.context.clock.advance(1000)
        harness.context.runMail()
        await harness.context.resumed()
        assert.equal((await written()).at(-1), record)
      }
    })

    it('has written everything at the end of the input', async () => {
      const { harness, written } = await open(make)
      harness.processElement('a')
      await harness.operator.finish()
      assert.deepEqual(await written(), ['a'])
    })

    it('has written everything when it is closed without an end of the input: cancelled, or another operator failed', async () => {
      const { harness, written } = await open(make)
      harness.processElement('a')
      await harness.operator.close()
      await harness.operator.close()
      assert.deepEqual(await written(), ['a'])
      assert.equal(harness.context.clock.pendingTimers, 0)
    })

    it('has written, when it is closed, what came while an earlier record was under way', async () => {
      const { harness, written } = await open(make)
      for (const record of [MORE_THAN_ANY_BUFFER, 'b', MORE_THAN_ANY_BUFFER, 'c']) harness.processElement(record)
      await harness.operator.close()
      assert.deepEqual(
        (await written()).map((record) => String(record).slice(0, 1)),
        ['x', 'b', 'x', 'c'],
      )
    })

    it('fails the task where it cannot write, at a checkpoint, in between, and still comes to its end', async () => {
      const { harness, breakTarget } = await open(make)
      breakTarget()
      harness.processElement('a')
      harness.context.clock.advance(1000)
      harness.context.runMail()
      await assert.rejects(harness.context.resumed())
      await assert.rejects(harness.operator.prepareSnapshotPreBarrier(1))
      await assert.rejects(harness.operator.close())
      await turn()
    })
  })
}
