import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { FlinkError } from '../../../../src/core/errors/flink-error.js'
import type { TaskManagerDetailsInfo, TaskManagerInfo } from '../../../../src/rest/messages/process-messages.js'
import type { ObservedProcess, ObservedTaskManager } from '../../../../src/rest/processes/observed-process.js'
import type { ProcessesContext } from '../../../../src/rest/processes/processes-context.js'
import { PROCESS_ROUTES } from '../../../../src/rest/processes/process-routes.js'
import type { RestRequest, RestResponse } from '../../../../src/rest/route.js'

const LOGS = [{ name: 'a.log', size: 3, mtime: 1 }]

function processOf(name: string, heapUsed: number): ObservedProcess {
  return {
    metrics: () => Promise.resolve({ 'Status.JVM.Memory.Heap.Used': heapUsed, [name]: 1 }),
    threadDump: () => Promise.resolve({ threadInfos: [{ threadName: name, stringifiedThreadInfo: `"${name}"` }] }),
    logs: () => Promise.resolve(LOGS),
    openLog: (which) => {
      const isThere = which.kind !== 'named' || which.name === 'a.log'
      return Promise.resolve(isThere ? Readable.from([`${name} ${which.kind}`]) : undefined)
    },
  }
}

function taskManagerOf(id: string, heapUsed: number): ObservedTaskManager {
  return { ...processOf(id, heapUsed), details: () => Promise.resolve({ id } as TaskManagerDetailsInfo) }
}

const taskManagers = new Map([
  ['here:1-aaaaaa', taskManagerOf('here:1-aaaaaa', 10)],
  ['here:2-bbbbbb', taskManagerOf('here:2-bbbbbb', 30)],
])

const CONTEXT: ProcessesContext = {
  jobManager: {
    ...processOf('job manager', 5),
    configuration: () => Promise.resolve([{ key: 'some.password', value: '******' }]),
    environment: () => Promise.resolve({ jvm: { version: 'Node.js', arch: 'x64', options: [] }, classpath: [] }),
  },
  taskManagers: {
    list: () => Promise.resolve([...taskManagers.keys()].map((id) => ({ id }) as TaskManagerInfo)),
    find: (id) => Promise.resolve(taskManagers.get(id)),
  },
}

async function ask(method: string, path: string, about: Partial<RestRequest> = {}): Promise<RestResponse> {
  const route = PROCESS_ROUTES.find((each) => each.method === method && each.path === path)
  assert.ok(route !== undefined, `${method} ${path}`)
  return route.handle({ params: {}, query: {}, body: {}, ...about } as RestRequest, CONTEXT)
}

async function bodyOf(path: string, about: Partial<RestRequest> = {}): Promise<unknown> {
  const { status, body } = await ask('GET', path, about)
  assert.equal(status, 200)
  return body
}

const SECOND = { params: { taskmanagerid: 'here:2-bbbbbb' } }

test('the job manager tells its configuration, environment, metrics, threads and logs', async () => {
  assert.deepEqual(await bodyOf('/jobmanager/config'), [{ key: 'some.password', value: '******' }])
  assert.deepEqual(await bodyOf('/jobmanager/environment'), {
    jvm: { version: 'Node.js', arch: 'x64', options: [] },
    classpath: [],
  })
  assert.deepEqual(await bodyOf('/jobmanager/metrics', { query: { get: 'job manager,unknown' } }), [
    { id: 'job manager', value: '1' },
  ])
  const threadInfos = [{ threadName: 'job manager', stringifiedThreadInfo: '"job manager"' }]
  assert.deepEqual(await bodyOf('/jobmanager/thread-dump'), { threadInfos })
  assert.deepEqual(await bodyOf('/jobmanager/logs'), { logs: LOGS })
})

test('a task manager is found by its id, and tells the same of its process', async () => {
  assert.deepEqual(await bodyOf('/taskmanagers'), { taskmanagers: [{ id: 'here:1-aaaaaa' }, { id: 'here:2-bbbbbb' }] })
  assert.deepEqual(await bodyOf('/taskmanagers/:taskmanagerid', SECOND), { id: 'here:2-bbbbbb' })
  assert.deepEqual(await bodyOf('/taskmanagers/:taskmanagerid/metrics', SECOND), [
    { id: 'Status.JVM.Memory.Heap.Used' },
    { id: 'here:2-bbbbbb' },
  ])
  assert.deepEqual(await bodyOf('/taskmanagers/:taskmanagerid/logs', SECOND), { logs: LOGS })
})

test('logs and output are text, and one that is not there is the error of Flink', async () => {
  for (const [path, expected, params] of [
    ['/jobmanager/log', 'job manager log', {}],
    ['/jobmanager/stdout', 'job manager output', {}],
    ['/jobmanager/logs/:filename', 'job manager named', { filename: 'a.log' }],
    ['/taskmanagers/:taskmanagerid/logs/:filename', 'here:2-bbbbbb named', { ...SECOND.params, filename: 'a.log' }],
  ] as const) {
    const { status, body, contentType } = await ask('GET', path, { params })
    assert.deepEqual([status, contentType, await text(body as Readable)], [200, 'text/plain; charset=utf-8', expected])
  }
  const missing = ask('GET', '/jobmanager/logs/:filename', { params: { filename: '../a.log' } })
  await assert.rejects(missing, (error) => FlinkError.is(error, 'LOG_NOT_FOUND') && error.httpStatus === 404)
  await assert.rejects(missing, /This file does not exist in JobManager log dir\./)
})

test('an id that no task manager has is told with how to find those that there are', async () => {
  const params = { taskmanagerid: 'here:9-cccccc' }
  await assert.rejects(ask('GET', '/taskmanagers/:taskmanagerid', { params }), (error) => {
    return FlinkError.is(error, 'TASK_MANAGER_NOT_FOUND') && error.httpStatus === 404
  })
})

test('metrics of task managers are put together, of all or of those that are named', async () => {
  const get = 'Status.JVM.Memory.Heap.Used'
  assert.deepEqual(await bodyOf('/taskmanagers/metrics', { query: { get, agg: 'min,max,sum' } }), [
    { id: get, min: 10, max: 30, sum: 40 },
  ])
  assert.deepEqual(
    await bodyOf('/taskmanagers/metrics', { query: { get, agg: 'sum', taskmanagers: 'here:1-aaaaaa' } }),
    [{ id: get, sum: 10 }],
  )
  const names = (await bodyOf('/taskmanagers/metrics')) as readonly { readonly id: string }[]
  assert.deepEqual(
    names.map(({ id }) => id),
    [get, 'here:1-aaaaaa', 'here:2-bbbbbb'],
  )
  await assert.rejects(ask('GET', '/taskmanagers/metrics', { query: { get, agg: 'median' } }), /parameter \(agg\)/)
})

test('a task manager whose job ends while all are asked is left out of their metrics', async () => {
  const taskManagerId = 'here:3-cccccc'
  const gone = (): Promise<never> => Promise.reject(new FlinkError('TASK_MANAGER_NOT_FOUND', { taskManagerId }))
  taskManagers.set(taskManagerId, { ...taskManagerOf(taskManagerId, 50), metrics: gone })
  const get = 'Status.JVM.Memory.Heap.Used'
  const summed = await bodyOf('/taskmanagers/metrics', { query: { get, agg: 'sum' } })
  taskManagers.delete(taskManagerId)
  assert.deepEqual(summed, [{ id: get, sum: 40 }])
})

test('there are no data sets, and none that could be deleted', async () => {
  assert.deepEqual(await bodyOf('/datasets'), { dataSets: [] })
  const params = { datasetid: '0'.repeat(32), triggerid: 'f'.repeat(32) }
  await assert.rejects(ask('DELETE', '/datasets/:datasetid', { params }), (error) =>
    FlinkError.is(error, 'DATA_SET_NOT_FOUND'),
  )
  await assert.rejects(
    ask('GET', '/datasets/delete/:triggerid', { params }),
    /^.*Operation not found under key: f{32}$/,
  )
})
