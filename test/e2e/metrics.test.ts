/** What the REST API of a running job tells: who is busy, who waits for whom, and the metrics of user functions. */
import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import type {
  CheckpointConfigInfo,
  CheckpointingStatistics,
  CheckpointStatisticsWithTasks,
  TaskCheckpointStatisticsWithSubtaskDetails,
} from '../../src/rest/messages/checkpoint-messages.js'
import { Workspace, type RunningCommand } from './command-line.js'
import { askControlSocket } from './control-socket.js'
import { MEASURING_MAP } from './measuring-map.js'

/** A fast source in front of a map that takes 2 ms a record. */
const JOB = `${MEASURING_MAP}
class Slow extends MeasuringMap {
  map (value) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2)
    this.measure(7)
    return value
  }
}

export default function (env) {
  env.fromSequence(0, 1e9).uid('numbers').setParallelism(1)
    .rebalance()
    .map(new Slow()).name('Slow: map').uid('slow')
    .addSink({ invoke () {} }).uid('nowhere')
}
`

interface Metric {
  readonly id: string
  readonly value: string
}

interface BackPressure {
  readonly status: string
  readonly backpressureLevel: string
  readonly subtasks?: readonly { readonly ratio: number; readonly busyRatio: number; readonly idleRatio: number }[]
}

async function until<T>(read: () => Promise<T>, isThere: (value: T) => boolean): Promise<T> {
  for (let attempt = 0; attempt < 1500; attempt += 1) {
    const value = await read()
    if (isThere(value)) return value
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return assert.fail(`it took too long; last: ${JSON.stringify(await read())}`)
}

describe('the metrics of a running job', () => {
  const workspace = new Workspace({
    'metrics.fetcher.update-interval': '100 ms',
    'execution.checkpointing.interval': '200 ms',
    // A record a buffer: barriers do not wait for thousands of slow records.
    'execution.buffer-timeout.interval': '0 ms',
    'state.checkpoints.dir': 'checkpoints',
  })
  let command: RunningCommand | undefined

  after(async () => {
    command?.kill('SIGKILL')
    await command?.ended
    workspace.remove()
  })

  it('show back pressure at the source, work in the map and what user functions measure', async () => {
    const run = workspace.start('run', '-p', '2', workspace.file('job.mjs', JOB))
    command = run
    const jobId = await run.jobId()
    const details = (await askControlSocket(workspace, `/jobs/${jobId}`)) as {
      vertices: { id: string; name: string }[]
    }
    const [source = '', slow = ''] = details.vertices.map(({ id }) => `/jobs/${jobId}/vertices/${id}`)

    const pressure = await until(
      () => askControlSocket(workspace, `${source}/backpressure`) as Promise<BackPressure>,
      ({ subtasks }) => (subtasks?.[0]?.ratio ?? 0) > 0.5,
    )
    assert.deepEqual([pressure.status, pressure.backpressureLevel], ['ok', 'high'])
    const [first] = pressure.subtasks ?? []
    const shares = (first?.ratio ?? 0) + (first?.busyRatio ?? 0) + (first?.idleRatio ?? 0)
    assert.ok(Math.abs(shares - 1) < 0.01, `the shares are ${JSON.stringify(pressure)}`)

    const busy = await until(
      () =>
        askControlSocket(workspace, `${slow}/subtasks/metrics?get=busyTimeMsPerSecond&agg=min`) as Promise<
          { min: number }[]
        >,
      ([least]) => (least?.min ?? 0) > 500,
    )
    assert.equal(busy.length, 1)

    const names = ['seen', 'my_group.rate', 'sizes_max', 'label'].map((name) => `0.Slow__map.${name}`)
    const user = await until(
      () => askControlSocket(workspace, `${slow}/metrics?get=${names.join(',')}`) as Promise<Metric[]>,
      (metrics) => Number(metrics.find(({ id }) => id.endsWith('rate'))?.value ?? 0) > 0,
    )
    const [seen, , size, label] = user
    assert.ok(Number(seen?.value) > 0)
    assert.deepEqual([size?.value, label?.value], ['7', 'north'])
    const all = (await askControlSocket(workspace, `${slow}/metrics`)) as Metric[]
    assert.equal(
      all.some(({ id }) => id.endsWith('broken')),
      false,
    )

    const checkpoints = await until(
      () =>
        askControlSocket(
          workspace,
          `/jobs/${jobId}/metrics?get=lastCompletedCheckpointId,lastCheckpointSize`,
        ) as Promise<Metric[]>,
      ([last]) => Number(last?.value) >= 1,
    )
    assert.ok(Number(checkpoints[1]?.value) >= 0)
    const config = (await askControlSocket(workspace, `/jobs/${jobId}/checkpoints/config`)) as CheckpointConfigInfo
    assert.deepEqual([config.interval, config.checkpoint_storage], [200, 'FileSystemCheckpointStorage'])
    const newest = await until(
      async () => {
        const url = `/jobs/${jobId}/checkpoints`
        const { history } = (await askControlSocket(workspace, url)) as CheckpointingStatistics
        const { id } = history.findLast(({ status }) => status === 'COMPLETED') ?? {}
        const checkpoint = `${url}/details/${String(id)}`
        const { tasks } = (await askControlSocket(workspace, checkpoint)) as Partial<CheckpointStatisticsWithTasks>
        const subtasks = await askControlSocket(workspace, `${checkpoint}/subtasks/${details.vertices[1]?.id ?? ''}`)
        return { tasks, subtasks: (subtasks as Partial<TaskCheckpointStatisticsWithSubtaskDetails>).subtasks }
      },
      // The history forgets: it may have gone on meanwhile.
      ({ tasks, subtasks }) => tasks !== undefined && subtasks !== undefined,
    )
    assert.deepEqual(
      Object.values(newest.tasks ?? {}).map((task) => [task.num_subtasks, task.num_acknowledged_subtasks]),
      [
        [1, 1],
        [2, 2],
      ],
    )
    assert.deepEqual(
      newest.subtasks?.map(({ status }) => status),
      ['completed', 'completed'],
    )
    const aligned = (await askControlSocket(workspace, `${slow}/metrics?get=0.checkpointStartDelayNanos`)) as Metric[]
    assert.ok(Number(aligned[0]?.value) >= 0, JSON.stringify(aligned))

    const counts = `${slow}/subtasks/metrics?get=numRecordsIn,numRecordsInPerSecond&agg=sum`
    const [sum, rate] = (await askControlSocket(workspace, counts)) as { sum: number }[]
    assert.ok((sum?.sum ?? 0) > 0 && (rate?.sum ?? 0) > 0, JSON.stringify([sum, rate]))
  })
})
