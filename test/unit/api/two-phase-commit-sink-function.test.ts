/** Flink's TwoPhaseCommitSinkFunctionTest as facts, through the operator, and what a context and timeouts are. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { Configuration } from '../../../src/core/config/configuration.js'
import type { LogFields, Logger } from '../../../src/core/logging/logger.js'
import { TwoPhaseCommitSinkFunction, Types, type SinkFunction, type TypeInformation } from '../../../src/index.js'
import { OneInputStreamOperatorTestHarness } from '../../operators/one-input-stream-operator-test-harness.js'
import { bindingOf, settled, turn } from '../../operators/operator-harness.js'
import { TestOperatorContext } from '../../operators/test-operator-context.js'

/** Transactions are names; what they hold lies here, as in a database. */
class Database {
  readonly rows = new Map<string, string[]>()
  readonly committed: string[] = []
  readonly aborted: string[] = []
  readonly calls: string[] = []
  transactions = 0
  failing = new Set<string>()
}

class IntoDatabase extends TwoPhaseCommitSinkFunction<string, string, string[]> {
  readonly #database: Database
  settle: (() => void) | undefined
  waits = false
  context: string[] | null = null

  constructor(database: Database, type?: TypeInformation<string>) {
    super(type)
    this.#database = database
  }

  with(timeoutMs: number, ratio?: number, ignore = false): this {
    this.setTransactionTimeout(timeoutMs)
    if (ratio !== undefined) this.enableTransactionTimeoutWarnings(ratio)
    return ignore ? this.ignoreFailuresAfterTransactionTimeout() : this
  }

  seen(): unknown {
    return [this.currentTransaction(), this.pendingTransactions(), this.getUserContext()]
  }

  protected override initializeUserContext(): string[] | null {
    return this.context
  }
  protected override finishRecoveringContext(handled: readonly string[]): void {
    this.#database.calls.push(`handled ${handled.join(' ')}`)
  }
  protected override beginTransaction(): string {
    if (this.#database.failing.delete('begin')) throw new Error('no transaction')
    this.#database.transactions += 1
    return `t${String(this.#database.transactions)}`
  }
  protected invoke(transaction: string, value: string): void | Promise<void> {
    const rows = this.#database.rows.get(transaction) ?? []
    this.#database.rows.set(transaction, rows)
    rows.push(value)
    if (this.waits) return new Promise((resolve) => (this.settle = resolve))
  }
  protected preCommit(transaction: string): void {
    this.#database.calls.push(`pre-commit ${transaction}`)
    if (this.#database.failing.delete('pre-commit')) throw new Error('not durable')
  }
  protected async commit(transaction: string): Promise<void> {
    await turn()
    if (this.#database.failing.has(transaction)) throw new Error(`no commit of ${transaction}`)
    this.#database.committed.push(transaction)
  }
  protected abort(transaction: string): void {
    this.#database.aborted.push(transaction)
  }
  protected override finishProcessing(transaction: string | null): void {
    this.#database.calls.push(`finish ${String(transaction)}`)
  }
}

class Told implements Logger {
  readonly lines: string[] = []
  debug(): void {
    // Not looked at.
  }
  info(): void {
    // Not looked at.
  }
  warn(message: string, fields: LogFields = {}): void {
    this.lines.push(`warn ${message} ${String(fields['openMs'] ?? '')}`.trim())
  }
  error(message: string, fields: LogFields = {}): void {
    this.lines.push(`error ${message} ${String(fields['openMs'] ?? '')}`.trim())
  }
}

interface Options {
  readonly logger?: Logger
  readonly nowMs?: number
  readonly checkpointing?: boolean
}

function harnessOf(
  sink: IntoDatabase,
  { checkpointing = true, ...options }: Options = {},
): OneInputStreamOperatorTestHarness {
  const context = new TestOperatorContext(options)
  const interval = { 'execution.checkpointing.interval': '1 s' }
  if (checkpointing) context.configuration.addAll(Configuration.fromMap(interval))
  const userFunction = sink as unknown as SinkFunction<unknown>
  return new OneInputStreamOperatorTestHarness(bindingOf({ kind: 'sink', function: userFunction }), context)
}

async function complete(harness: OneInputStreamOperatorTestHarness, checkpointId: number): Promise<void> {
  await settled(harness.operator.notifyCheckpointComplete(checkpointId), harness.context)
}

describe('TwoPhaseCommitSinkFunction', () => {
  it('commits what lies before a checkpoint when that is complete, and aborts the rest when it is closed', async () => {
    const database = new Database()
    const harness = await harnessOf(new IntoDatabase(database)).open()
    harness.processElement('42')
    await harness.snapshot(0)
    harness.processElement('43')
    await harness.snapshot(1)
    harness.processElement('44')
    await complete(harness, 1)
    assert.deepEqual(database.committed, ['t1', 't2'])
    assert.deepEqual([...database.rows.values()], [['42'], ['43'], ['44']])
    await harness.close()
    assert.deepEqual(database.aborted, ['t3'])
  })

  it('leaves transactions of later checkpoints open when an earlier one is complete', async () => {
    const database = new Database()
    const sink = new IntoDatabase(database)
    const harness = await harnessOf(sink).open()
    await harness.snapshot(1)
    await harness.snapshot(2)
    await complete(harness, 1)
    assert.deepEqual(database.committed, ['t1'])
    assert.deepEqual(sink.seen(), ['t3', [[2, 't2']], null])
    await harness.close()
  })

  it('writes nothing more in what was pre-committed where the next transaction cannot be begun', async () => {
    const database = new Database()
    const harness = await harnessOf(new IntoDatabase(database)).open()
    harness.processElement('1')
    database.failing.add('begin')
    await assert.rejects(harness.snapshot(1), /no transaction/)
    harness.processElement('2')
    await turn()
    database.failing.add('begin')
    await assert.rejects(harness.snapshot(2), /no transaction/)
    await harness.snapshot(3)
    harness.processElement('3')
    await complete(harness, 3)
    assert.deepEqual(database.committed, ['t1', 't2'])
    assert.deepEqual(
      [...database.rows],
      [
        ['t1', ['1']],
        ['t2', ['2']],
        ['t3', ['3']],
      ],
    )
    await harness.close()
    assert.deepEqual(database.aborted, ['t3'])
  })

  it('takes no record, no snapshot and no end any more once a transaction could not be pre-committed, and aborts it', async () => {
    const database = new Database()
    const harness = await harnessOf(new IntoDatabase(database)).open()
    harness.processElement('1')
    database.failing.add('pre-commit')
    await assert.rejects(harness.snapshot(1), /not durable/)
    assert.throws(() => {
      harness.processElement('2')
    }, /not durable/)
    await assert.rejects(harness.snapshot(2), /not durable/)
    await assert.rejects(harness.finish(), /not durable/)
    await harness.close()
    assert.deepEqual([database.committed, database.aborted, [...database.rows.values()]], [[], ['t1'], [['1']]])
  })

  it('commits after a restore what was pre-committed, and aborts what was open', async () => {
    const database = new Database()
    const first = await harnessOf(new IntoDatabase(database)).open()
    first.processElement('a')
    const state = await first.snapshot(0)
    first.processElement('b')
    await first.close()
    database.aborted.length = 0
    const second = await harnessOf(new IntoDatabase(database)).open(state, 0)
    assert.deepEqual([database.committed, database.aborted], [['t1'], ['t2']])
    await second.close()
  })

  it('has its context in the state, whatever the types', async () => {
    for (const type of [undefined, Types.STRING]) {
      const database = new Database()
      const sink = new IntoDatabase(database, type)
      sink.context = ['pool']
      const first = await harnessOf(sink).open()
      const state = await first.snapshot(0)
      await first.close()
      const other = new IntoDatabase(database, type)
      const second = await harnessOf(other).open(state, 0)
      assert.deepEqual(other.seen(), ['t3', [], ['pool']])
      assert.deepEqual(database.calls, ['pre-commit t1', 'handled t1 t2'])
      await second.close()
    }
  })

  it('begins no transaction after the end of the input, and commits the last one with the last checkpoint', async () => {
    const database = new Database()
    const sink = new IntoDatabase(database)
    const harness = await harnessOf(sink).open()
    harness.processElement('a')
    await harness.finish()
    await harness.snapshot(1)
    assert.deepEqual(database.calls, ['finish t1', 'pre-commit t1'])
    const state = await harness.snapshot(2)
    await complete(harness, 2)
    await harness.close()
    assert.deepEqual([database.transactions, database.committed, database.aborted], [1, ['t1'], []])
    const second = await harnessOf(new IntoDatabase(database)).open(state, 2)
    assert.deepEqual([database.committed, database.aborted], [['t1', 't1'], []])
    await second.close()
  })

  it('tells that nothing is committed at the end without checkpoints', async () => {
    const [database, logger] = [new Database(), new Told()]
    const harness = await harnessOf(new IntoDatabase(database), { logger, checkpointing: false }).open()
    harness.processElement('a')
    await harness.finishAndClose()
    assert.deepEqual(database.aborted, ['t1'])
    assert.deepEqual(logger.lines, ['warn the last transaction is aborted: no checkpoint follows the end of the input'])
  })

  it('tries all commits before it fails of the first that failed', async () => {
    const database = new Database()
    const harness = await harnessOf(new IntoDatabase(database)).open()
    await harness.snapshot(1)
    await harness.snapshot(2)
    database.failing.add('t1')
    await assert.rejects(complete(harness, 2), /no commit of t1/)
    assert.deepEqual(database.committed, ['t2'])
    await harness.close()
  })

  it('writes a record that comes while a write is pending into its own transaction', async () => {
    const database = new Database()
    const sink = new IntoDatabase(database)
    const harness = await harnessOf(sink).open()
    sink.waits = true
    harness.processElement('a')
    sink.waits = false
    harness.processElement('b')
    const snapshot = harness.snapshot(1)
    await turn()
    assert.deepEqual(database.calls, [])
    sink.settle?.()
    await snapshot
    assert.deepEqual(database.rows.get('t1'), ['a', 'b'])
    await harness.close()
  })

  it('warns of a transaction that is committed when its timeout is nearly over', async () => {
    const logger = new Told()
    const database = new Database()
    const first = await harnessOf(new IntoDatabase(database).with(1000, 0.5), { logger, nowMs: 0 }).open()
    first.context.clock.advance(400)
    const state = await first.snapshot(1)
    await complete(first, 1)
    assert.deepEqual(logger.lines, [])
    first.context.clock.advance(502)
    await first.snapshot(2)
    await complete(first, 2)
    const warning = 'warn a transaction has been open for nearly its timeout, or longer'
    assert.deepEqual(logger.lines, [`${warning} 502`])
    await first.close()
    const second = await harnessOf(new IntoDatabase(database).with(1000, 0.5), { logger, nowMs: 700 }).open(state, 1)
    assert.deepEqual(logger.lines.slice(1), [`${warning} 700`])
    await second.close()
  })

  it('gives up what cannot be committed after its timeout, where it is told to, and else fails', async () => {
    const database = new Database()
    const first = await harnessOf(new IntoDatabase(database), { nowMs: 0 }).open()
    const state = await first.snapshot(1)
    await first.close()
    database.failing.add('t1')
    const restore = (sink: IntoDatabase, nowMs: number, logger: Logger): Promise<OneInputStreamOperatorTestHarness> =>
      harnessOf(sink, { nowMs, logger }).open(state, 1)
    const logger = new Told()
    await assert.rejects(restore(new IntoDatabase(database).with(1000), 5000, logger), /no commit of t1/)
    await assert.rejects(restore(new IntoDatabase(database).with(1000, undefined, true), 1000, logger), /no commit/)
    const ignoring = await restore(new IntoDatabase(database).with(1000, undefined, true), 1001, logger)
    assert.deepEqual(logger.lines, [
      'error a transaction could not be committed after its timeout: its records may be lost 1001',
    ])
    await ignoring.close()
  })

  it('refuses a timeout below 0 and a ratio that is none', () => {
    const isInvalid = (error: unknown): boolean => FlinkError.is(error) && error.code === 'GRAPH_INVALID'
    assert.throws(() => new IntoDatabase(new Database()).with(-1), isInvalid)
    assert.throws(() => new IntoDatabase(new Database()).with(1, 1.5), isInvalid)
  })
})
