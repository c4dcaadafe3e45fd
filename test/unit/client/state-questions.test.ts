import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import type { JobDirectoryEntry } from '../../../src/client/job-directory-entry.js'
import type { RunDirectory } from '../../../src/client/run-directory.js'
import { StateQuestions } from '../../../src/client/state-questions.js'
import { Configuration } from '../../../src/core/config/configuration.js'
import { toFileUri } from '../../../src/core/fs/file-path.js'
import type { JobOverview } from '../../../src/rest/messages/job-messages.js'
import type { QueryableStateMessage, StateQueryRequest } from '../../../src/rest/messages/state-messages.js'
import { encodeMetadata } from '../../../src/storage/metadata-codec.js'
import type { KeyedStateHandle } from '../../../src/storage/state-handles.js'

const [A, B] = ['a'.repeat(32), 'b'.repeat(32)]
const STATE: QueryableStateMessage = {
  name: 'counts',
  'operator-id': 'o'.repeat(32),
  'operator-name': 'Count',
  state: 'count',
  kind: 'value',
  type: 'LONG',
  'schema-version': 0,
  'key-kind': 'auto',
  'max-parallelism': 128,
}

type Answer = (request: StateQueryRequest, response: ServerResponse) => void

interface Scene {
  readonly directory: string
  readonly questions: StateQuestions
  readonly asked: StateQueryRequest[]
  readonly sockets: Set<Socket>
  /** How often the run directory was looked into for a job. */
  finds: number
  living: JobDirectoryEntry[]
  ended: JobOverview[]
  entry(jobId: string): JobDirectoryEntry
  ask(keys: readonly unknown[], jobId?: string): ReturnType<StateQuestions['ask']>
}

const json = (response: ServerResponse, body: unknown): void => {
  response.end(JSON.stringify(body))
}
const knowsNothing: Answer = ({ keys }, response) => {
  json(response, { source: 'job', state: STATE, values: keys.map(() => null) })
}

/** A run directory with a job, whose socket answers as given. */
async function scene(context: TestContext, answer: Answer): Promise<Scene> {
  const directory = mkdtempSync(path.join(tmpdir(), 'flink-ts-questions-'))
  const socket = path.join(directory, 'job.sock')
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      made.asked.push(body)
      answer(body, response)
    })
  })
  server.on('connection', (connection) => {
    made.sockets.add(connection)
  })
  const runDirectory: Pick<RunDirectory, 'find' | 'livingJobs' | 'archivedJob' | 'archivedJobs'> = {
    find: (jobId) => {
      made.finds += 1
      return Promise.resolve(made.living.find((each) => each.jobId === jobId))
    },
    livingJobs: () => Promise.resolve(made.living),
    archivedJob: (jobId) => Promise.resolve(made.ended.find(({ jid }) => jid === jobId)),
    archivedJobs: () => Promise.resolve(made.ended),
  }
  const questions = new StateQuestions({
    runDirectory: runDirectory as RunDirectory,
    configuration: new Configuration(),
    timeoutMs: 5000,
  })
  const entry = (jobId: string): JobDirectoryEntry => {
    const job = { jobId, pid: 1, processStart: undefined, startTime: 0, name: 'job', version: '1', socket }
    return { ...job, queryableStates: [STATE] }
  }
  const made: Scene = {
    directory,
    questions,
    asked: [],
    sockets: new Set(),
    finds: 0,
    living: [entry(A)],
    ended: [],
    entry,
    ask: (keys, jobId = A) => questions.ask({ jobId, name: 'counts', keys, keyType: undefined, descriptor: undefined }),
  }
  await new Promise<void>((resolve) => server.listen(socket, resolve))
  context.after(() => {
    server.closeAllConnections()
    server.close()
    rmSync(directory, { recursive: true })
  })
  return made
}

async function bodyOf(request: IncomingMessage): Promise<StateQueryRequest> {
  let text = ''
  for await (const piece of request) text += String(piece)
  return JSON.parse(text) as StateQueryRequest
}

function diedOverview(jid: string, startTime: number, died: JobOverview['died'] = {}): JobOverview {
  const overview = { jid, name: 'job', state: 'FAILED', 'start-time': startTime, 'end-time': startTime + 1 }
  return { ...overview, died: { queryableStates: [STATE], ...died } } as unknown as JobOverview
}

function endedOverview(jid: string, startTime: number, left?: JobOverview['left']): JobOverview {
  const overview = { jid, name: 'job', state: 'CANCELED', 'start-time': startTime, 'end-time': startTime + 1 }
  return { ...overview, ...(left && { left }) } as unknown as JobOverview
}

const KEY_GROUPS = 128
/** Flags, and no entries in no bytes. */
const EMPTY_BLOCK_BYTES = 3
const stateFile = (directory: string, id: number): string => path.join(directory, `state-${String(id)}`)

/** Of no entries: each key group has an empty block. */
function keyedBytes(): Uint8Array {
  return new Uint8Array(KEY_GROUPS * EMPTY_BLOCK_BYTES)
}

function keyedState(directory: string, id: number): KeyedStateHandle {
  return {
    isDelta: false,
    keyGroups: { start: 0, end: KEY_GROUPS - 1 },
    offsets: Array.from({ length: KEY_GROUPS + 1 }, (_, index) => index * EMPTY_BLOCK_BYTES),
    states: [{ name: 'count', kind: 'value', typeFingerprint: 'LONG', schemaVersion: 0 }],
    keyShapes: undefined,
    handle: {
      kind: 'file',
      uri: toFileUri(stateFile(directory, id)),
      offset: 0,
      lengthBytes: keyedBytes().length,
      crc32c: 0,
    },
  }
}

async function writeCheckpoint(
  directory: string,
  checkpointId: number,
  managedKeyed: readonly KeyedStateHandle[],
  fullyFinished = false,
): Promise<void> {
  const header = { engineVersion: '1', jobId: A, jobName: 'job', checkpointId, timestamp: 1, isSavepoint: false }
  const operator = {
    operatorId: STATE['operator-id'],
    uid: 'count',
    name: 'Count',
    parallelism: 1,
    maxParallelism: 128,
  }
  const subtasks = fullyFinished ? [] : [{ managedKeyed, managedOperator: [] }]
  const operators = [{ ...operator, fullyFinished, subtasks }]
  const place = path.join(directory, `chk-${String(checkpointId)}`)
  await mkdir(place)
  writeFileSync(path.join(place, '_metadata'), encodeMetadata({ ...header, operators }, toFileUri(place)))
}

describe('Questions about the state of a job', { skip: process.platform === 'win32' }, () => {
  it('go by a few connections and one look for the job, however many are asked at once', async (context) => {
    const its = await scene(context, knowsNothing)
    const answers = await Promise.all(Array.from({ length: 300 }, (_, key) => its.ask([key])))
    assert.deepEqual(answers[299], [{ kind: 'value', value: undefined, origin: { source: 'job' } }])
    assert.equal(its.asked.length, 300)
    assert.equal(its.finds, 1)
    assert.ok(its.sockets.size <= 16, `${String(its.sockets.size)} connections`)
  })

  it('go in parts, by how many keys there are and how long', async (context) => {
    const its = await scene(context, knowsNothing)
    assert.equal((await its.ask(Array.from({ length: 2500 }, (_, key) => key))).length, 2500)
    assert.deepEqual(
      its.asked.splice(0).map(({ keys }) => keys.length),
      [1000, 1000, 500],
    )
    await its.ask(Array.from({ length: 7 }, (_, index) => String(index).repeat(60_000)))
    assert.deepEqual(
      its.asked.map(({ keys }) => keys.length),
      [3, 3, 1],
    )
  })

  it('are about what a process has left that dies while it is asked, the first time as any other', async (context) => {
    for (const before of [0, 1]) {
      const its = await scene(context, (request, response) => {
        if (its.asked.length <= before) {
          knowsNothing(request, response)
          return
        }
        its.living = []
        its.ended = [diedOverview(A, 1)]
        response.destroy()
      })
      for (let count = 0; count < before; count += 1) await its.ask([1])
      await assert.rejects(its.ask([1]), { code: 'STATE_NOT_AVAILABLE', message: /its process has died/ })
    }
  })

  it('are put once more, and no more, to what answers as no job does', async (context) => {
    const its = await scene(context, (_, response) => {
      json(response, { source: 'job', state: { ...STATE, 'key-kind': undefined } })
    })
    await assert.rejects(its.ask([1]), { code: 'CONTROL_SOCKET_FAILED', message: /no job of flink-ts/ })
    assert.equal(its.asked.length, 2)
  })

  it('ask for a newer checkpoint where one is gone, a few times, and for none where it cannot be read', async (context) => {
    const its = await scene(context, (_, response) => {
      const checkpoint = { id: 1, timestamp: 1, path: toFileUri(path.join(its.directory, 'chk-1')) }
      json(response, { source: 'none', state: STATE, reason: 'it restarts', checkpoint })
    })
    await assert.rejects(its.ask([1]), { code: 'SNAPSHOT_NOT_FOUND' })
    assert.equal(its.asked.splice(0).length, 5)
    await mkdir(path.join(its.directory, 'chk-1'))
    writeFileSync(path.join(its.directory, 'chk-1', '_metadata'), 'of something else')
    await assert.rejects(its.ask([1]), (error: { readonly code?: string }) => /^SNAPSHOT_/.test(error.code ?? ''))
    assert.equal(its.asked.length, 1)
  })

  it('ask for a newer checkpoint where files of one were removed while it was read, and end where it is damaged', async (context) => {
    const checkpointOf = (its: Scene, id: number): { id: number; timestamp: number; path: string } => {
      return { id, timestamp: 1, path: toFileUri(path.join(its.directory, `chk-${String(id)}`)) }
    }
    let newest = (): number => 1
    const its = await scene(context, (_, response) => {
      const checkpoint = checkpointOf(its, newest())
      json(response, { source: 'none', state: STATE, reason: 'it restarts', checkpoint })
    })
    for (const id of [1, 2]) await writeCheckpoint(its.directory, id, [keyedState(its.directory, id)])
    writeFileSync(stateFile(its.directory, 2), keyedBytes())
    // The state of the first has gone, and the second is there.
    newest = () => Math.min(its.asked.length, 2)
    assert.deepEqual((await its.ask([1]))[0]?.origin, { source: 'checkpoint', checkpointId: 2, timestamp: 1 })
    assert.equal(its.asked.splice(0).length, 2)
    newest = () => 1
    await assert.rejects(its.ask([1]), { code: 'SNAPSHOT_CORRUPT', message: /the file is missing/ })
    assert.equal(its.asked.length, 2)
  })

  it('do not take state that a finished operator has no more for keys that are not there', async (context) => {
    const its = await scene(context, (_, response) => {
      const checkpoint = { id: 1, timestamp: 1, path: toFileUri(path.join(its.directory, 'chk-1')) }
      json(response, { source: 'none', state: STATE, reason: 'Count (1/1) is FINISHED', checkpoint })
    })
    await writeCheckpoint(its.directory, 1, [], true)
    const message = /Count had finished before checkpoint 1\. Only a savepoint/
    await assert.rejects(its.ask([1]), { code: 'STATE_NOT_AVAILABLE', message })
  })

  it('refuse what is no list of keys, and a key that no request has room for', async (context) => {
    const its = await scene(context, knowsNothing)
    for (const keys of [undefined, 'ab', 5, new Set([1])])
      await assert.rejects(its.ask(keys as unknown as readonly unknown[]), {
        code: 'STATE_QUERY_INVALID',
        message: /keys are a list, and it was given/,
      })
    const long = { code: 'STATE_QUERY_INVALID', message: /is no key: it is longer than a request can be/ }
    await assert.rejects(its.ask(['x'.repeat(10_000_000)]), long)
    assert.equal(its.asked.length, 0)
    await its.ask(['x'.repeat(700_000)])
  })

  it('by a name alone go to the one job that has it, and else to the newest that died', async (context) => {
    const its = await scene(context, knowsNothing)
    const ask = () =>
      its.questions.ask({ jobId: undefined, name: 'counts', keys: [1], keyType: undefined, descriptor: undefined })
    await ask()
    its.living = [its.entry(A), its.entry(B)]
    await assert.rejects(ask(), { code: 'QUERYABLE_STATE_AMBIGUOUS', message: new RegExp(`${A}, ${B}`) })
    its.living = []
    its.ended = [diedOverview(A, 1), diedOverview(B, 3), diedOverview('c'.repeat(32), 2)]
    await assert.rejects(ask(), { code: 'STATE_NOT_AVAILABLE', message: new RegExp(B) })
  })

  it('to a job that has ended say what it left, and once where that is gone', async (context) => {
    const its = await scene(context, knowsNothing)
    its.living = []
    const rejectsWith = async (left: JobOverview['left'], code: string, message: RegExp): Promise<void> => {
      its.finds = 0
      its.ended = [endedOverview(A, 1, left)]
      await assert.rejects(its.ask([1]), { code, message })
      assert.equal(its.finds, 1)
    }
    await rejectsWith(undefined, 'QUERYABLE_STATE_UNKNOWN', /It is CANCELED\. No such state of it is known/)
    const other = { queryableStates: [{ ...STATE, name: 'sums' }], checkpoint: null }
    await rejectsWith(other, 'QUERYABLE_STATE_UNKNOWN', /It is CANCELED\. It had: sums\./)
    const none = { queryableStates: [STATE], checkpoint: null }
    await rejectsWith(none, 'STATE_NOT_AVAILABLE', /the job is CANCELED, and it left no checkpoint in files\./)
    const path1 = toFileUri(path.join(its.directory, 'chk-1'))
    const removed = { ...none, checkpoint: { id: 1, timestamp: 1, path: path1 } }
    await rejectsWith(removed, 'STATE_NOT_AVAILABLE', /the checkpoint that it left is gone/)
    const ask = () =>
      its.questions.ask({ jobId: undefined, name: 'counts', keys: [1], keyType: undefined, descriptor: undefined })
    its.ended = [diedOverview(A, 1), endedOverview(B, 3, none)]
    await assert.rejects(ask(), { code: 'STATE_NOT_AVAILABLE', message: new RegExp(`${B}.*CANCELED`) })
  })
})
