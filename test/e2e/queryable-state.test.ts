/** State of a job, asked about from this process while the job runs in another one, restarts, and is gone. */
import assert from 'node:assert/strict'
import { existsSync, rmSync } from 'node:fs'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { ReducingStateDescriptor } from '../../src/api/state/reducing-state-descriptor.js'
import { ValueStateDescriptor } from '../../src/api/state/value-state-descriptor.js'
import { Types } from '../../src/api/types/types-table.js'
import { QueryableStateClient } from '../../src/client/queryable-state-client.js'
import { Workspace } from './command-line.js'

/** Keeps counting keys 0 to 9; `fail` is a number at which it fails once. */
const JOB = `
import { existsSync, writeFileSync } from 'node:fs'
import { KeyedProcessFunction, ListStateDescriptor, MapStateDescriptor, ReducingStateDescriptor, Types, ValueStateDescriptor } from 'flink-ts'

class Keep extends KeyedProcessFunction {
  constructor (slow) { super(); this.slow = slow }
  open () {
    const context = this.getRuntimeContext()
    const average = new ValueStateDescriptor('average', Types.TUPLE(Types.LONG, Types.LONG), [0, 0])
    average.setQueryable('query-name')
    this.sum = context.getState(average)
    this.list = context.getListState(new ListStateDescriptor('last', Types.LONG).setQueryable('last-three'))
    this.map = context.getMapState(new MapStateDescriptor('by-parity', Types.STRING, Types.LONG).setQueryable('by-parity'))
  }
  processElement ([key, n]) {
    const [count, sum] = this.sum.value()
    this.sum.update([count + 1, sum + n])
    this.list.update([...this.list.get(), n].slice(-3))
    const parity = n % 2 === 0 ? 'even' : 'odd'
    this.map.put(parity, (this.map.get(parity) ?? 0) + 1)
    if (existsSync(this.slow) && key === 3) {
      writeFileSync(this.slow + '.seen', '')
      const end = Date.now() + 900
      while (Date.now() < end);
    }
  }
}

class Numbers {
  constructor (failure) { this.next = 0; this.failure = failure }
  snapshotState () { return [this.next] }
  restoreState ([next]) { this.next = next }
  async * run () {
    for (;;) {
      yield ['key ' + (this.next % 10), this.next, this.next % 10]
      this.next += 1
      await new Promise((resolve) => setTimeout(resolve, 1))
      if (existsSync(this.failure)) throw new Error('planted')
    }
  }
}

export default (env, params) => {
  env.enableCheckpointing(50)
  const numbers = env.addSource(new Numbers(params.getRequired('failure'))).uid('numbers')
  const counts = new ReducingStateDescriptor('counts', ([key, a], [, b]) => [key, a + b])
  numbers.map(([key]) => [key, 1]).keyBy(([key]) => key).asQueryableState('counts', counts).uid('counts')
  numbers.map(([, n, key]) => [key, n]).keyBy(0).process(new Keep(params.getRequired('slow'))).uid('keep').addSink(() => undefined)
}
`

async function until<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
  for (const end = Date.now() + 30_000; Date.now() < end;) {
    const answer = await ask()
    if (answer !== undefined) return answer
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  assert.fail(`${what} did not come`)
}

const existsNow = (file: string): true | undefined => (existsSync(file) ? true : undefined)
const removeNow = (file: string): void => {
  rmSync(file)
}

const CONFIGURATION = {
  'execution.checkpointing.dir': 'checkpoints',
  'restart-strategy.type': 'fixed-delay',
  'restart-strategy.fixed-delay.attempts': '100',
  'restart-strategy.fixed-delay.delay': '900 ms',
  'parallelism.default': '2',
  // In files that only the backend reads.
  'state.backend.type': 'rocksdb',
  'execution.checkpointing.incremental': 'true',
}

describe('state that is asked about from another process', () => {
  const workspace = new Workspace(CONFIGURATION)
  after(() => {
    workspace.remove()
  })

  it('comes from the job as it runs, and from its newest checkpoint while it restarts and when it was killed', async () => {
    const file = (name: string): string => path.join(workspace.path, name)
    const job = workspace.file('job.mjs', JOB)
    const command = workspace.start('run', job, '--failure', file('failure'), '--slow', file('slow'))
    const [, jobId = ''] = await command.until(/JobID ([0-9a-f]{32})/)
    const client = new QueryableStateClient({ runDirectory: file('run') })
    const counts = client.state<[string, number]>('counts')

    // The job as it runs.
    const first = await until('a count', async () => {
      const answer = await counts.read('key 3').catch(() => undefined)
      return answer?.value === null ? undefined : answer
    })
    assert.equal(first.source, 'job')
    const more = await until('another record', async () => {
      const [third, tenth, nothing] = await counts.getAll(['key 3', 'key 9', 'key 10'])
      assert.equal(nothing, null)
      return third && tenth && first.value && third[1] > first.value[1] ? third : undefined
    })
    assert.equal(more[0], 'key 3')
    const descriptor = new ValueStateDescriptor('average', Types.TUPLE(Types.LONG, Types.LONG))
    const [plain, typed] = [
      await client.getKvState(jobId, 'query-name', 3),
      await client.getKvState(jobId, 'query-name', 3, Types.LONG, descriptor),
    ]
    assert.ok('value' in plain && Array.isArray(plain.value()))
    const [count = 0, sum = 0] = typed.value() ?? []
    assert.equal(sum, 3 * count + 10 * ((count * (count - 1)) / 2))
    assert.throws(
      () => {
        typed.update([0, 0])
      },
      { code: 'QUERIED_STATE_READ_ONLY' },
    )
    const [a = 0, b = 0, c = 0] = (await client.state<number[]>('last-three').get(7)) ?? []
    assert.deepEqual([b - a, c - b, a % 10], [10, 10, 7])
    const parities = await client.state<Map<string, number>>('by-parity').get(4)
    assert.deepEqual([...(parities?.keys() ?? [])], ['even'])

    // On the command line, where a key that is a number may be a text.
    const got = await workspace.run('state', 'get', jobId, 'query-name', '3', '--json')
    const line = JSON.parse(got.stdout) as { readonly value: readonly number[] }
    assert.deepEqual({ ...line, value: line.value.length }, { state: 'query-name', key: 3, value: 2, source: 'job' })
    const text = await workspace.run('state', 'get', jobId, 'counts', 'key 3')
    assert.match(text.stdout, /^\{"state":"counts","key":"key 3","value":\["key 3",\d+\],"source":"job"\}\n$/)
    const missing = await workspace.run('state', 'get', jobId, 'counts', 'nobody')
    assert.deepEqual([missing.exitCode, missing.stdout], [1, ''])
    assert.match(missing.stderr, /has nothing for the key "nobody"/)

    // What is wrong is told.
    await assert.rejects(client.getKvState(jobId, 'query-name', 10), { code: 'STATE_KEY_UNKNOWN' })
    await assert.rejects(client.getKvState(jobId, 'query-nam', 3), {
      code: 'QUERYABLE_STATE_UNKNOWN',
      message: /Did you mean 'query-name'\? Its queryable states: /,
    })
    await assert.rejects(client.getKvState('0'.repeat(32), 'counts', 'a'), { code: 'JOB_NOT_FOUND' })
    await assert.rejects(client.state('nobody').get(1), { code: 'QUERYABLE_STATE_UNKNOWN' })
    await assert.rejects(client.getKvState(jobId, 'counts', null), {
      code: 'STATE_QUERY_INVALID',
      message: /it is null/,
    })
    const reducing = new ReducingStateDescriptor<number>('average', (x, y) => x + y)
    await assert.rejects(client.getKvState(jobId, 'query-name', 3, undefined, reducing), {
      code: 'STATE_QUERY_INVALID',
      message: /it is value state, and the descriptor is one of reducing state/,
    })

    // A record that takes long: the question ends, the job goes on.
    workspace.file('slow', '')
    await until('the slow record', () => Promise.resolve(existsNow(file('slow.seen'))))
    const impatient = new QueryableStateClient({ runDirectory: file('run'), timeoutMs: 200 })
    await assert.rejects(impatient.getKvState(jobId, 'query-name', 3), {
      code: 'STATE_QUERY_TIMED_OUT',
      message: /within 200 ms: .* \(\d\/2\) did not answer/,
    })
    removeNow(file('slow'))
    await until('an answer after it', async () => {
      const answer = await counts.read('key 3')
      return answer.source === 'job' ? answer : undefined
    })

    // Restarting.
    const before = (await counts.get('key 3'))?.[1] ?? 0
    workspace.file('failure', '')
    const during = await until('an answer of a checkpoint', async () => {
      const answer = await counts.read('key 3')
      return answer.source === 'checkpoint' ? answer : undefined
    })
    assert.ok(during.source === 'checkpoint' && during.checkpointId > 0 && during.timestamp <= Date.now())
    assert.ok(during.value !== null && during.value[1] > 0 && Math.abs(during.value[1] - before) < 2000)
    removeNow(file('failure'))
    await until('an answer of the job', async () => {
      const answer = await counts.read('key 3')
      return answer.source === 'job' && (answer.value?.[1] ?? 0) >= (during.value?.[1] ?? 0) ? answer : undefined
    })

    // Gone.
    command.kill('SIGKILL')
    await command.ended
    const [left, none] = await counts.readAll(['key 3', 'key 11'])
    assert.ok(left?.source === 'checkpoint' && left.value !== null && left.value[1] > 0)
    assert.equal(none?.value, null)
    const gone = await workspace.run('state', 'get', jobId, 'counts', 'key 3')
    assert.match(gone.stdout, /"source":"checkpoint","checkpointId":\d+,"timestamp":\d+\}\n$/)
    const state = await new QueryableStateClient({ runDirectory: file('run') }).getKvState(
      jobId,
      'query-name',
      3,
      Types.LONG,
      descriptor,
    )
    assert.ok(state.source === 'checkpoint' && state.checkpointId >= left.checkpointId - 1)
    const [countLeft = 0, sumLeft = 0] = state.value() ?? []
    assert.equal(sumLeft, 3 * countLeft + 10 * ((countLeft * (countLeft - 1)) / 2))
    await assert.rejects(client.getKvState(jobId, 'query-name', 10), {
      code: 'STATE_KEY_UNKNOWN',
      message: /That says checkpoint \d+: the job does not run\./,
    })
  })

  it('comes from the checkpoint that a job left when it was cancelled', async () => {
    const file = (name: string): string => path.join(workspace.path, name)
    const kept = '-Dexecution.checkpointing.externalized-checkpoint-retention=RETAIN_ON_CANCELLATION'
    const job = workspace.file('job.mjs', JOB)
    const command = workspace.start('run', kept, job, '--failure', file('failure'), '--slow', file('slow'))
    const [, jobId = ''] = await command.until(/JobID ([0-9a-f]{32})/)
    const counts = new QueryableStateClient({ runDirectory: file('run') }).state<[string, number]>('counts', { jobId })
    await until('a checkpoint', () => Promise.resolve(existsNow(file(`checkpoints/${jobId}/chk-3`))))
    await workspace.run('cancel', jobId)
    await command.ended
    const left = await counts.read('key 3')
    assert.ok(left.source === 'checkpoint' && left.checkpointId >= 3 && left.value !== null && left.value[1] > 0)
    rmSync(file(`checkpoints/${jobId}`), { recursive: true })
    await assert.rejects(counts.read('key 3'), {
      code: 'STATE_NOT_AVAILABLE',
      message: /the job is CANCELED, and the checkpoint that it left is gone/,
    })
  })
})
