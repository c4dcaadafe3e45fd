import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { Workspace } from '../../e2e/command-line.js'
import { CHECKPOINTED, startCopy, type CopyTerms } from './copy-job.js'
import { BROKER, kafkaJava, newTopic, produced, witnessed, type RecordToProduce } from './kafka-server.js'

const PARTITIONS = 4
const workspace = new Workspace(CHECKPOINTED)
after(() => {
  workspace.remove()
})

function records(from: number, to: number): RecordToProduce[] {
  return Array.from({ length: to - from }, (_, index) => {
    const number = from + index
    return {
      partition: number % PARTITIONS,
      timestamp: number,
      key: `k${String(number % 7)}`,
      value: `v${String(number)}`,
    }
  })
}

function valuesOf(sent: readonly RecordToProduce[]): string[] {
  return sent.map(({ value }) => value).sort()
}

async function copied(terms: CopyTerms): Promise<void> {
  const { exitCode, stdout, stderr } = await startCopy(workspace, terms).ended
  assert.equal(exitCode, 0, stdout + stderr)
}

async function byGroup(topic: string, group: string, most: readonly string[] = []): Promise<string[]> {
  const output = await kafkaJava(['Group.java', BROKER, topic, group, ...most])
  return output.split('\n').filter((line) => line !== '')
}

function transactionsTool(...args: readonly string[]): Promise<string> {
  return kafkaJava(['org.apache.kafka.tools.TransactionsCommand', '--bootstrap-server', BROKER, ...args])
}

describe('Beside the clients and the tools of Kafka', () => {
  it('a consumer group of Kafka goes on from the offsets that a job has committed, and a job from those of a group', async () => {
    const [input, output, group] = [await newTopic('in', PARTITIONS), await newTopic('out'), 'shared-group']
    await produced(input, records(0, 600))
    await copied({ input, output, group })
    assert.deepEqual((await witnessed(output)).map(({ value }) => value).sort(), valuesOf(records(0, 600)))

    await produced(input, records(600, 1000))
    const first = await byGroup(input, group, ['100'])
    assert.ok(first.length >= 100 && first.length < 400, String(first.length))
    const rest = await byGroup(input, group)
    assert.deepEqual([...first, ...rest].sort(), valuesOf(records(600, 1000)))

    await produced(input, records(1000, 1200))
    const further = await newTopic('out')
    await copied({ input, output: further, group, start: 'committed' })
    assert.deepEqual((await witnessed(further)).map(({ value }) => value).sort(), valuesOf(records(1000, 1200)))
    assert.deepEqual(await byGroup(input, group), [], 'the job has committed how far it came')
  })

  it('kafka-consumer-groups shows how far a job came', async () => {
    const [input, output, group] = [await newTopic('in', PARTITIONS), await newTopic('out'), 'described-group']
    await produced(input, records(0, 400))
    await copied({ input, output, group })
    await produced(input, records(400, 404))
    const tool = 'org.apache.kafka.tools.consumer.group.ConsumerGroupCommand'
    const told = await kafkaJava([tool, '--bootstrap-server', BROKER, '--describe', '--group', group, '--offsets'])
    const lines = told.split('\n').flatMap((line) => {
      const [, topic, partition, current, end, lag] = line.trim().split(/\s+/)
      return topic === input ? [[partition, current, end, lag].join(' ')] : []
    })
    assert.deepEqual(
      lines.sort(),
      [0, 1, 2, 3].map((partition) => `${String(partition)} 100 101 1`),
      told,
    )
  })

  it('kafka-transactions shows the transactions that a killed job has left open, and none when it has gone on', async () => {
    const [input, output, group] = [await newTopic('in', PARTITIONS), await newTopic('out'), 'told-transactions']
    await produced(input, records(0, 4000))
    const terms = { input, output, group, slowMs: 1 }
    const running = startCopy(workspace, terms)
    const jobId = await running.jobId()
    await untilSomeAreThere(output)
    running.kill('SIGKILL')
    await running.ended
    const open = await listed(group)
    assert.ok(open.length > 0)
    for (const [, , , state] of open) assert.match(state ?? '', /Ongoing|Empty|CompleteCommit/)
    const ongoing = open.filter(([, , , state]) => state === 'Ongoing')
    assert.ok(ongoing.length > 0, JSON.stringify(open))
    const [[id = ''] = []] = ongoing
    const described = await transactionsTool('describe', '--transactional-id', id)
    assert.match(described, new RegExp(`Ongoing.*${output}-\\d`), described)

    const from = `-Dexecution.state-recovery.from-latest=true`
    assert.match(jobId, /^[0-9a-f]{32}$/)
    await copied({ ...terms, slowMs: 0, options: [from] })
    assert.deepEqual(
      (await listed(group)).filter(([, , , state]) => state === 'Ongoing'),
      [],
    )
    assert.deepEqual((await witnessed(output)).map(({ value }) => value).sort(), valuesOf(records(0, 4000)))
  })
})

/** Transactional id, coordinator, producer id and state of each of a prefix. */
async function listed(prefix: string): Promise<string[][]> {
  const lines = (await transactionsTool('list')).split('\n').map((line) => line.trim().split(/\s+/))
  return lines.filter(([id = '']) => id.startsWith(prefix))
}

async function untilSomeAreThere(topic: string): Promise<void> {
  for (let attempt = 0; attempt < 30; attempt += 1) if ((await witnessed(topic)).length > 0) return
  assert.fail('nothing was committed')
}
