/** Records with which an operator fails, under each policy, in a chain. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  OutputTag,
  ProcessFunction,
  type DataStream,
  type DeadLetter,
  type SingleOutputStreamOperator,
} from '../../../../../src/index.js'
import { FlinkError } from '../../../../../src/core/errors/flink-error.js'
import { chainRun, type Program } from './chain-run.js'

type NumbersProgram = Program<number>

function refuseSevens(value: number): number {
  if (value % 7 === 0) throw new RangeError(`${String(value)} is of seven`)
  return value
}

function collecting<T>(): { readonly values: T[]; readonly sink: (value: T) => void } {
  const values: T[] = []
  return { values, sink: (value) => values.push(value) }
}

const NUMBERS = [1, 7, 8, 14, 15]
const GOOD = [1, 8, 15]
const BAD = [7, 14]

const KINDS: Readonly<Record<string, (numbers: DataStream<number>) => SingleOutputStreamOperator<number>>> = {
  map: (numbers) => numbers.map(refuseSevens),
  filter: (numbers) => numbers.filter((value) => refuseSevens(value) > 0),
  flatMap: (numbers) =>
    numbers.flatMap((value, out) => {
      out.collect(value)
      refuseSevens(value)
    }),
}

describe('An operator with a policy for bad records', () => {
  for (const [kind, operator] of Object.entries(KINDS)) {
    it(`leaves out the records with which it fails, and what it had emitted for them, and counts them: ${kind}`, async () => {
      const results = collecting<number>()
      const { metrics, warnings } = await chainRun(NUMBERS, (numbers) => {
        operator(numbers.map((value) => value))
          .onError('skip')
          .map((value) => value)
          .addSink(results.sink)
      })
      assert.deepEqual(results.values, GOOD)
      assert.equal(metrics['numRecordsSkipped'], BAD.length)
      assert.equal(warnings.length, 1)
    })

    it(`makes dead letters of them: ${kind}`, async () => {
      const [results, letters] = [collecting<number>(), collecting<DeadLetter>()]
      const { metrics } = await chainRun(NUMBERS, (numbers) => {
        const checked = operator(numbers).name('check').onError('dead-letter')
        checked.addSink(results.sink)
        checked.getDeadLetters().addSink(letters.sink)
      })
      assert.deepEqual(results.values, GOOD)
      assert.deepEqual(
        letters.values.map(({ stackTrace, ...letter }) => [letter, stackTrace.startsWith('RangeError: ')]),
        BAD.map((record) => {
          const error = `RangeError: ${String(record)} is of seven`
          return [{ record, error, operator: 'check', subtask: 0, timestamp: null, origin: null }, true]
        }),
      )
      assert.equal(metrics['numDeadLetters'], BAD.length)
    })
  }

  it('fails the job where there is none', async () => {
    const failing = chainRun(NUMBERS, (numbers) => numbers.map(refuseSevens).onError('skip').onError('fail').print())
    await assert.rejects(
      failing,
      (error) => FlinkError.is(error, 'OPERATOR_FAILED') && /7 is of seven/.test(error.message),
    )
  })

  it('has one of its own: what fails downstream is not its record', async () => {
    const program: NumbersProgram = (numbers) =>
      numbers
        .map((value) => value)
        .onError('skip')
        .map(refuseSevens)
        .name('strict')
        .print()
    await assert.rejects(chainRun(NUMBERS, program), /strict .* failed: RangeError: 7 is of seven/)
  })

  it('looks after its own records where those downstream have a policy too', async () => {
    const [outer, inner] = [collecting<DeadLetter>(), collecting<DeadLetter>()]
    await chainRun(NUMBERS, (numbers) =>
      numbers
        .map((value) => {
          if (value === 7) throw new Error('outer')
          return value
        })
        .onError('dead-letter', outer.sink)
        .map(refuseSevens)
        .onError('dead-letter', inner.sink)
        .addSink(() => undefined),
    )
    assert.deepEqual(
      [outer.values, inner.values].map((letters) => letters.map(({ record }) => record)),
      [[7], [14]],
    )
  })

  it('takes back what a function wrote to side outputs, and copies what it keeps until then', async () => {
    const tag = new OutputTag<{ n: number }>('side')
    const [results, sides] = [collecting<{ n: number }>(), collecting<{ n: number }>()]
    class Twice extends ProcessFunction<number, { n: number }> {
      override processElement(
        value: number,
        ctx: Parameters<ProcessFunction<number, { n: number }>['processElement']>[1],
        out: { collect(record: { n: number }): void },
      ): void {
        const record = { n: value }
        out.collect(record)
        ctx.output(tag, record)
        record.n += 100
        out.collect(record)
        refuseSevens(value)
        record.n = -1
      }
    }
    await chainRun([1, 7], (numbers) => {
      const twice = numbers.process(new Twice()).onError('skip')
      twice.addSink(results.sink)
      twice.getSideOutput(tag).addSink(sides.sink)
    })
    assert.deepEqual(results.values, [{ n: 1 }, { n: 101 }])
    assert.deepEqual(sides.values, [{ n: 1 }])
  })

  it('may be a sink, whose promises are looked at as well', async () => {
    const [taken, letters] = [collecting<number>(), collecting<DeadLetter>()]
    await chainRun(NUMBERS, (numbers) => {
      const invoke = async (value: number): Promise<void> => {
        await Promise.resolve()
        taken.sink(refuseSevens(value))
      }
      // All of them come in one step: those after the first wait.
      numbers
        .flatMap((value: number, out: { collect(record: number): void }) => {
          out.collect(value)
          out.collect(value + 6)
        })
        .addSink(invoke)
        .name('store')
        .onError('dead-letter', letters.sink)
    })
    assert.deepEqual(taken.values, [1, 13, 8, 20, 15])
    assert.deepEqual(
      letters.values.map(({ record, operator }) => [record, operator]),
      [7, 7, 14, 14, 21].map((record) => [record, 'store']),
    )
  })

  it('forgives nothing that is about no record', async () => {
    const program: NumbersProgram = (numbers) =>
      numbers
        .map((value) => {
          if (value === 7) throw new FlinkError('ASSERTION_FAILED', { what: 'the engine is right' })
          return value
        })
        .onError('skip')
        .print()
    await assert.rejects(chainRun(NUMBERS, program), (error) => FlinkError.is(error, 'ASSERTION_FAILED'))
  })
})
