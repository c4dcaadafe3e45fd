import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { REPOSITORY, Workspace } from '../../e2e/command-line.js'
import { CHECKPOINTED, startCopy } from './copy-job.js'
import { BROKER, newTopic, produced, witnessed, type RecordToProduce } from './kafka-server.js'

const PAGE = 'src/cli/json.md'
const SHOWN = /```sh kafka\nflink-ts (.*)\n```\n\n```json\n([^`]*)```\n/g
const PARTITIONS = 4
const NUM_RECORDS = 4000
const TRIES = 30

const workspace = new Workspace(CHECKPOINTED)
after(() => {
  workspace.remove()
})

interface Killed {
  readonly output: string
  readonly prefix: string
  /** The newest checkpoint. */
  readonly checkpoint: string
}

/** A job that was killed while a transaction of it was open. */
async function killedJob(prefix: string): Promise<Killed> {
  const [input, output] = [await newTopic('in', PARTITIONS), await newTopic('out')]
  const records = Array.from({ length: NUM_RECORDS }, (_, number): RecordToProduce => ({
    ...{ partition: number % PARTITIONS, timestamp: number, key: 'k', value: `v${String(number)}` },
  }))
  await produced(input, records)
  const running = startCopy(workspace, { input, output, group: prefix, slowMs: 1 })
  const jobId = await running.jobId()
  for (let tries = 0; (await witnessed(output)).length === 0; tries += 1)
    assert.ok(tries < TRIES, 'nothing was committed')
  running.kill('SIGKILL')
  await running.ended
  const folder = path.join(workspace.path, 'checkpoints', jobId)
  const numbers = readdirSync(folder).flatMap((name) => (name.startsWith('chk-') ? [Number(name.slice(4))] : []))
  return { output, prefix, checkpoint: path.join(folder, `chk-${String(Math.max(...numbers))}`) }
}

function txn(...args: readonly string[]): ReturnType<Workspace['run']> {
  const [action = '', ...rest] = args
  return workspace.run('txn', action, '--bootstrap-server', BROKER, ...rest)
}

interface Listed {
  readonly transactions: readonly { readonly transactionalId: string; readonly isInSnapshot: boolean | null }[]
}

async function open(prefix: string, ...options: readonly string[]): Promise<Listed['transactions']> {
  const { stdout, stderr } = await txn('ls', '--json', '--prefix', prefix, ...options)
  assert.equal(stderr, '')
  return (JSON.parse(stdout) as Listed).transactions
}

/** What a document is made of: names and types, of a list those of its first element. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf)
  if (typeof value !== 'object' || value === null) return typeof value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, shapeOf(each)]))
}

describe('flink-ts txn', () => {
  it(`prints what ${PAGE} shows of a job that was killed`, async () => {
    const { prefix, checkpoint } = await killedJob('words')
    const page = readFileSync(path.join(REPOSITORY, PAGE), 'utf8')
    const [left] = await open(prefix)
    assert.ok(left, 'it has left a transaction open')
    let ran = 0
    for (const [, command = '', shown = ''] of page.matchAll(SHOWN)) {
      const words = command
        .replace('localhost:9092', BROKER)
        .replace(/\/srv\/checkpoints\/\S+/, checkpoint)
        .replace(/words-0-17$/, left.transactionalId)
      const { stdout, stderr, exitCode } = await workspace.run(...words.split(' '))
      assert.equal(exitCode, 0, stderr)
      const [told, expected] = [JSON.parse(stdout) as object, JSON.parse(shown) as object]
      assert.deepEqual(Object.keys(told), Object.keys(expected))
      if (command.startsWith('txn ls')) assert.deepEqual(shapeOf(told), shapeOf(expected))
      ran += 1
    }
    assert.equal(ran, 3)
  })

  it('tells what belongs to a checkpoint from what was begun after it, and ends both as they are to be', async () => {
    const { output, prefix, checkpoint } = await killedJob('told-apart')
    const before = (await witnessed(output)).length
    const left = await open(prefix, '--snapshot', checkpoint)
    assert.ok(
      left.some(({ isInSnapshot }) => isInSnapshot === false),
      JSON.stringify(left),
    )
    assert.equal((await txn('commit', '--snapshot', checkpoint)).exitCode, 0)
    const after = await open(prefix, '--snapshot', checkpoint)
    assert.deepEqual(
      after.filter(({ isInSnapshot }) => isInSnapshot === true),
      [],
    )
    const aborted = await txn('abort', '--prefix', prefix, '--snapshot', checkpoint)
    assert.equal(aborted.exitCode, 0, aborted.stderr)
    assert.deepEqual(await open(prefix), [])
    const values = (await witnessed(output)).map(({ value }) => value)
    assert.equal(new Set(values).size, values.length)
    assert.ok(values.length >= before)
  })

  it('fails for a transaction that is not open, and for brokers that are not there', async () => {
    const unknown = await txn('commit', 'nobody-0-1')
    assert.equal(unknown.exitCode, 1)
    assert.match(unknown.stderr, /The transaction nobody-0-1 is not open: no broker knows it\./)
    const file = workspace.file('quick.properties', 'bootstrap.servers=127.0.0.1:1\ndefault.api.timeout.ms = 200\n')
    const away = await workspace.run('txn', 'ls', '--command-config', file)
    assert.equal(away.exitCode, 1)
    assert.match(away.stderr, /KAFKA_UNREACHABLE/)
  })
})
