import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { Workspace } from '../../e2e/command-line.js'
import { serviceScript } from '../service-script.js'
import { CHECKPOINTED, startCopy } from './copy-job.js'
import { addressOf, BROKER, broker, kafkaJava, newTopic, produced, withAdmin, witnessed } from './kafka-server.js'

const RECORDS = 6000
const PARTITIONS = 4
const BROKERS = `${BROKER},${addressOf('second')}`

/** What the broker keeps for itself lies on the first one: it is made while that is alone. */
async function internalTopics(): Promise<void> {
  const [input, output] = [await newTopic('in', 1), await newTopic('out', 1)]
  await produced(input, [{ partition: 0, timestamp: 1, key: 'k', value: 'v' }])
  const workspace = new Workspace(CHECKPOINTED)
  const { exitCode, stdout, stderr } = await startCopy(workspace, { input, output, group: output }).ended
  assert.equal(exitCode, 0, stdout + stderr)
  workspace.remove()
}

/** Leaders go back to the replicas that a topic names first. */
async function leadersAsAtFirst(): Promise<void> {
  const tool = 'org.apache.kafka.tools.LeaderElectionCommand'
  const args = ['--bootstrap-server', BROKER, '--election-type', 'preferred', '--all-topic-partitions']
  await kafkaJava([tool, ...args]).catch(() => undefined)
}

async function untilInSync(topic: string): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt += 1) {
    const metadata = await withAdmin((admin) => admin.metadata({ topics: [topic], forceUpdate: true }))
    const partitions = metadata.topics.get(topic)?.partitions ?? []
    if (partitions.length === PARTITIONS && partitions.every(({ isr }) => isr.length === 2)) return
    await delay(200)
  }
  assert.fail('the replicas are not in sync')
}

describe('While leaders of partitions go from broker to broker', () => {
  before(async () => {
    await internalTopics()
    await broker('run', '2')
    await broker('await', '2')
  })
  after(() => serviceScript('kafka', ['stop']).then(() => serviceScript('kafka', ['start'])))

  it('a job reads and writes each record once', { timeout: 20 * 60_000 }, async () => {
    const [input, output] = [await newTopic('in', PARTITIONS, 2), await newTopic('out', PARTITIONS, 2)]
    const values = Array.from({ length: RECORDS }, (_, number) => `v${String(number)}`)
    const sent = values.map((value, number) => ({ partition: number % PARTITIONS, timestamp: number, key: 'k', value }))
    await produced(input, sent)
    const workspace = new Workspace({
      ...CHECKPOINTED,
      'execution.checkpointing.tolerable-failed-checkpoints': '1000',
      'restart-strategy.type': 'fixed-delay',
      'restart-strategy.fixed-delay.attempts': '100000',
      'restart-strategy.fixed-delay.delay': '100 ms',
    })
    const properties = { 'request.timeout.ms': '3000' }
    const terms = { input, output, group: output, brokers: BROKERS, slowMs: 8, properties }
    const running = startCopy(workspace, terms)
    await running.jobId()
    const ended = running.ended.then(() => true)
    let moves = 0
    while (!(await Promise.race([ended, delay(1000).then(() => false)]))) {
      await broker('kill', '2')
      await delay(1000)
      await broker('run', '2')
      await broker('await', '2')
      await untilInSync(input)
      await leadersAsAtFirst()
      moves += 1
    }
    const { exitCode, stdout, stderr } = await running.ended
    assert.equal(exitCode, 0, stdout + stderr)
    assert.ok(moves > 0)
    assert.deepEqual((await witnessed(output)).map(({ value }) => value).sort(), values.sort())
    workspace.remove()
  })
})
