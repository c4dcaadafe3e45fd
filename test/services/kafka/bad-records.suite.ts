/** Records of Kafka that are none, and such with which an operator fails, of a job that is killed: their dead letters go to Kafka, exactly once. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { Workspace } from '../../e2e/command-line.js'
import { CHECKPOINT_INTERVAL_MS, KILLED_CONFIGURATION } from '../../e2e/killed-elements.js'
import { killRounds } from '../kill-rounds.js'
import { BROKER, newTopic, produced, witnessed } from './kafka-server.js'

const RECORDS_A_RUN = 1000
const PARTITIONS = 2
/** Of what a record is bad, by its number. */
const NO_JSON = 17
const REFUSED = 13

const JOB = `
import { WatermarkStrategy } from 'flink-ts'
import { DeliveryGuarantee, KafkaRecordSerializationSchema, KafkaSink, KafkaSource, OffsetsInitializer } from 'flink-ts/connectors/kafka'
import { JsonDeserializationSchema } from 'flink-ts/formats/json'

function sinkTo(params, topic, prefix, textOf) {
  const serializer = KafkaRecordSerializationSchema.builder().setTopic(params.get(topic))
    .setValueSerializationSchema({ serialize: (record) => new TextEncoder().encode(textOf(record)) }).build()
  return KafkaSink.builder().setBootstrapServers(params.get('brokers')).setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
    .setTransactionalIdPrefix(params.get('output') + prefix).setProperty('transaction.timeout.ms', '600000')
    .setRecordSerializer(serializer).build()
}

const text = (bytes) => bytes === null ? null : new TextDecoder().decode(bytes)
function letterText({ operator, record, origin, timestamp }) {
  if (origin === null) return JSON.stringify([operator, record.id, timestamp])
  const { topic, partition, offset, key, headers } = origin
  return JSON.stringify([operator, text(record), timestamp, topic, partition, offset, text(key), headers])
}

export default function (env, params) {
  env.setMaxParallelism(16)
  const source = KafkaSource.builder().setBootstrapServers(params.get('brokers')).setTopics(params.get('input'))
    .setStartingOffsets(OffsetsInitializer.earliest()).setBounded(OffsetsInitializer.latest())
    .setValueOnlyDeserializer(new JsonDeserializationSchema()).build()
  const slow = params.getInt('slow', 0)
  env.fromSource(source, WatermarkStrategy.noWatermarks(), 'input').uid('input')
    .onError('dead-letter', sinkTo(params, 'letters', '-unread-', letterText))
    .map((record) => {
      if (slow > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, slow)
      if (record.id % ${String(REFUSED)} === 0) throw new Error('refused')
      return record.id
    }).name('check').uid('check').onError('dead-letter', sinkTo(params, 'letters', '-refused-', letterText))
    .sinkTo(sinkTo(params, 'output', '-out-', String)).uid('output')
}
`

describe('Bad records from Kafka', () => {
  it('are dead letters in Kafka, with their place, each once, however often the job is killed', async () => {
    const kills = killRounds()
    const records = RECORDS_A_RUN * (kills + 1)
    const [input, output, letters] = [
      await newTopic('bad-in', PARTITIONS),
      await newTopic('bad-out'),
      await newTopic('bad-letters'),
    ]
    const ids = Array.from({ length: records }, (_, id) => id)
    await produced(
      input,
      ids.map((id) => ({
        partition: id % PARTITIONS,
        timestamp: 1000 + id,
        key: `k${String(id)}`,
        value: valueOf(id),
      })),
    )
    const workspace = new Workspace(KILLED_CONFIGURATION)
    const job = [workspace.file('job.mjs', JOB)]
    for (const [name, value] of Object.entries({ brokers: BROKER, input, output, letters }))
      job.push(`--${name}`, value)
    let killed = 0
    for (let kill = 0; kill < kills; kill += 1) {
      const run = workspace.start('run', '-p', String(1 + (kill % PARTITIONS)), ...job, '--slow', '1')
      const checkpoints = path.join(workspace.path, 'checkpoints', await run.jobId())
      while (!hasCheckpoint(checkpoints) && !run.stdout.includes('has finished')) await delay(5)
      await delay(Math.random() * 6 * CHECKPOINT_INTERVAL_MS)
      run.kill('SIGKILL')
      if (!(await run.ended).stdout.includes('has finished')) killed += 1
    }
    assert.ok(killed > 0, 'it was killed in the middle')
    const { exitCode, stderr } = await workspace.run('run', '-p', '2', ...job)
    assert.equal(exitCode, 0, stderr)

    const good = ids.filter((id) => id % NO_JSON !== 0 && id % REFUSED !== 0).map(String)
    assert.deepEqual((await witnessed(output)).map(({ value }) => value).sort(), good.sort())
    assert.deepEqual((await witnessed(letters)).map(({ value }) => value).sort(), expectedLetters(input, ids).sort())
    workspace.remove()
  })
})

function valueOf(id: number): string {
  return id % NO_JSON === 0 ? `no json ${String(id)}` : `{"id":${String(id)}}`
}

function expectedLetters(topic: string, ids: readonly number[]): string[] {
  return ids.flatMap((id) => {
    const timestamp = 1000 + id
    const place = [topic, id % PARTITIONS, Math.floor(id / PARTITIONS), `k${String(id)}`, []]
    if (id % NO_JSON === 0) return [JSON.stringify(['Source: input', valueOf(id), timestamp, ...place])]
    return id % REFUSED === 0 ? [JSON.stringify(['check', id, timestamp])] : []
  })
}

function hasCheckpoint(directory: string): boolean {
  return (
    existsSync(directory) &&
    readdirSync(directory, { recursive: true, encoding: 'utf8' }).some((file) => file.endsWith('_metadata'))
  )
}
