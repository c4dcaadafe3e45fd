import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { Workspace, type RunningCommand } from '../../e2e/command-line.js'
import { CHECKPOINTED, startCopy, type CopyTerms } from './copy-job.js'
import { BROKER, newTopic, produced, withAdmin, witnessed, type RecordToProduce } from './kafka-server.js'

const WAIT_MS = 180_000
const WINDOWS = `
import { Time, TumblingEventTimeWindows, WatermarkStrategy } from 'flink-ts'
import { DeliveryGuarantee, KafkaRecordSerializationSchema, KafkaSink, KafkaSource } from 'flink-ts/connectors/kafka'
import { SimpleStringSchema } from 'flink-ts/formats/string'

export default function (env, params) {
  const [brokers, input, output] = ['brokers', 'input', 'output'].map((name) => params.get(name))
  const source = KafkaSource.builder()
    .setBootstrapServers(brokers).setTopics(input).setValueOnlyDeserializer(new SimpleStringSchema()).build()
  const serializer = KafkaRecordSerializationSchema.builder().setTopic(output).setValueSerializationSchema(new SimpleStringSchema()).build()
  const sink = KafkaSink.builder().setBootstrapServers(brokers).setRecordSerializer(serializer)
    .setDeliveryGuarantee(DeliveryGuarantee.AT_LEAST_ONCE).build()
  env.fromSource(source, WatermarkStrategy.forMonotonousTimestamps(), 'input').uid('input')
    .map(() => 1)
    .keyBy(() => 'all')
    .window(TumblingEventTimeWindows.of(Time.milliseconds(10)))
    .reduce((a, b) => a + b).uid('sums')
    .map(String)
    .sinkTo(sink).uid('output')
}
`

let workspace: Workspace
const running: RunningCommand[] = []
beforeEach(() => {
  workspace = new Workspace(CHECKPOINTED)
})
afterEach(() => {
  for (const command of running.splice(0)) command.kill('SIGKILL')
  workspace.remove()
})

function start(terms: CopyTerms): RunningCommand {
  const command = startCopy(workspace, terms)
  running.push(command)
  return command
}

function numbered(from: number, to: number, partitionOf: (number: number) => number): RecordToProduce[] {
  return Array.from({ length: to - from }, (_, index) => {
    const number = from + index
    return { partition: partitionOf(number), timestamp: number, key: 'k', value: `v${String(number)}` }
  })
}

async function untilWritten(topic: string, count: number): Promise<string[]> {
  const began = performance.now()
  for (;;) {
    const values = (await witnessed(topic)).map(({ value }) => value)
    if (values.length >= count) return values.sort()
    if (performance.now() - began > WAIT_MS) {
      const told = running.map(({ stdout, stderr }) => stdout + stderr).join('\n')
      assert.fail(`${String(values.length)} of ${String(count)} records came\n${told}`)
    }
    await delay(200)
  }
}

/** What the processes of jobs have said to their logs. */
function logOf({ path: directory }: Workspace): string {
  const folder = path.join(directory, 'run/log')
  return readdirSync(folder)
    .map((name) => readFileSync(path.join(folder, name), 'utf8'))
    .join('')
}

describe('While a job runs', () => {
  it('partitions that a topic gets are read from their beginning', async () => {
    const [input, output] = [await newTopic('in', 2), await newTopic('out', 1)]
    const before = numbered(0, 100, (number) => number % 2)
    await produced(input, before)
    const command = start({ input, output, group: output, isBounded: false })
    await command.jobId()
    await untilWritten(output, 100)
    await withAdmin((admin) => admin.createPartitions({ topics: [{ name: input, count: 4 }] }))
    await delay(1000)
    const later = numbered(100, 300, (number) => number % 4)
    await produced(input, later)
    const all = [...before, ...later].map(({ value }) => value).sort()
    assert.deepEqual(await untilWritten(output, 300), all)
  })

  it('event time goes on where there are more subtasks than partitions', async () => {
    const [input, output] = [await newTopic('in', 1), await newTopic('out', 1)]
    await produced(
      input,
      numbered(0, 100, () => 0),
    )
    const args = ['--brokers', BROKER, '--input', input, '--output', output]
    const command = workspace.start('run', '-p', '3', workspace.file('windows.mjs', WINDOWS), ...args)
    running.push(command)
    await command.jobId()
    assert.deepEqual((await untilWritten(output, 9)).slice(0, 9), Array<string>(9).fill('10'))
  })

  it('a topic that is deleted does not stop what comes from the others, where offsets may be missing', async () => {
    const [kept, gone, output] = [await newTopic('in', 2), await newTopic('gone', 2), await newTopic('out', 1)]
    await produced(
      kept,
      numbered(0, 100, (number) => number % 2),
    )
    await produced(
      gone,
      numbered(100, 200, (number) => number % 2),
    )
    const options = ['--on-missing-offset', 'earliest']
    const command = start({ input: `${kept},${gone}`, output, group: output, isBounded: false, options })
    const jobId = await command.jobId()
    await untilWritten(output, 200)
    await withAdmin((admin) => admin.deleteTopics({ topics: [gone] }))
    await delay(1500)
    await produced(
      kept,
      numbered(200, 300, (number) => number % 2),
    )
    assert.equal((await untilWritten(output, 300)).length, 300)
    const stopped = await workspace.run('stop', '--savepointPath', 'savepoints', jobId)
    assert.equal(stopped.exitCode, 0, stopped.stdout + stopped.stderr)
    await command.ended
    assert.match(logOf(workspace), new RegExp(`WARN.*${gone}`), 'it is told which topic is gone')
  })
})

describe('A topic that takes small messages only', () => {
  it('gets batches that it takes, with each record once', async () => {
    const input = await newTopic('in', 2)
    const output = await newTopic('small', 1, 1, { 'max.message.bytes': '5000' })
    const records = numbered(0, 2000, (number) => number % 2)
    await produced(input, records)
    for (const guarantee of ['EXACTLY_ONCE', 'AT_LEAST_ONCE'] as const) {
      const { exitCode, stdout, stderr } = await start({ input, output, group: `${output}-${guarantee}`, guarantee })
        .ended
      assert.equal(exitCode, 0, stdout + stderr)
    }
    const values = records.flatMap(({ value }) => [value, value])
    assert.deepEqual(await untilWritten(output, 4000), values.sort())
  })

  it('refuses a record that is too large, which is told with its size and the limit', async () => {
    const input = await newTopic('in', 1)
    const output = await newTopic('small', 1, 1, { 'max.message.bytes': '5000' })
    await produced(input, [{ partition: 0, timestamp: 1, key: 'k', value: 'x'.repeat(10_000) }])
    const { exitCode, stdout, stderr } = await start({ input, output, group: output }).ended
    assert.notEqual(exitCode, 0)
    assert.match(stdout + stderr, new RegExp(`${output}.*9\\.8 KB.*max\\.message\\.bytes of the topic is 4\\.9 KB`))
  })
})

describe('A restored offset that retention has removed', () => {
  /** Stops with a savepoint at offset 100, and the first 200 records of the partition are removed. */
  async function cutOff(): Promise<{ terms: CopyTerms; savepoint: string }> {
    const [input, output] = [await newTopic('in', 1), await newTopic('out', 1)]
    await produced(
      input,
      numbered(0, 100, () => 0),
    )
    const terms = { input, output, group: output, isBounded: false }
    const command = start(terms)
    const jobId = await command.jobId()
    await untilWritten(output, 100)
    const stopped = await workspace.run('stop', '--savepointPath', `${workspace.path}/savepoints`, jobId)
    const [, savepoint = ''] = /Savepoint completed\. Path: (\S+)/.exec(stopped.stdout) ?? []
    assert.notEqual(savepoint, '', stopped.stdout + stopped.stderr)
    await command.ended
    await produced(
      input,
      numbered(100, 300, () => 0),
    )
    await withAdmin((admin) =>
      admin.deleteRecords({ topics: [{ name: input, partitions: [{ partition: 0, offset: 200n }] }] }),
    )
    return { terms, savepoint }
  }

  it('stops the job, which says what can be chosen', async () => {
    const { terms, savepoint } = await cutOff()
    const options = ['-s', savepoint, '-Drestart-strategy.type=none']
    const { exitCode, stdout, stderr } = await start({ ...terms, options }).ended
    assert.notEqual(exitCode, 0)
    assert.match(stdout + stderr, /--on-missing-offset/)
    assert.match(stdout + stderr, new RegExp(`${terms.input}.*100.*200`, 's'), 'topic, offset and what is there')
  })

  it('goes on from the oldest that is there with --on-missing-offset earliest', async () => {
    const { terms, savepoint } = await cutOff()
    const command = start({ ...terms, options: ['-s', savepoint, '--on-missing-offset', 'earliest'] })
    await command.jobId()
    const expected = [...numbered(0, 100, () => 0), ...numbered(200, 300, () => 0)].map(({ value }) => value).sort()
    assert.deepEqual(await untilWritten(terms.output, 200), expected)
  })

  it('goes on from the newest with --on-missing-offset latest', async () => {
    const { terms, savepoint } = await cutOff()
    const command = start({ ...terms, options: ['-s', savepoint, '--on-missing-offset', 'latest'] })
    await command.jobId()
    await delay(3000)
    await produced(
      terms.input,
      numbered(300, 350, () => 0),
    )
    const expected = [...numbered(0, 100, () => 0), ...numbered(300, 350, () => 0)].map(({ value }) => value).sort()
    assert.deepEqual(await untilWritten(terms.output, 150), expected)
  })
})
