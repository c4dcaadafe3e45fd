/** The Kafka snippet of the course notes as it stands in `jobs/`, and what the notes conclude of it. */
import assert from 'node:assert/strict'
import path from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { REPOSITORY, Workspace, type RunningCommand } from '../../e2e/command-line.js'
import { CHECKPOINTED } from './copy-job.js'
import { BROKER, newTopic, produced, withAdmin, type RecordToProduce } from './kafka-server.js'

const JOB = path.join(REPOSITORY, 'dist/jobs/kafka-offsets.js')
const WAIT_MS = 60_000

let workspace: Workspace
const running: RunningCommand[] = []
beforeEach(() => {
  workspace = new Workspace(CHECKPOINTED)
})
afterEach(() => {
  for (const command of running.splice(0)) command.kill('SIGKILL')
  workspace.remove()
})

function start(topic: string, ...options: readonly string[]): RunningCommand {
  const args = ['--topic', topic, '--group.id', topic, '--bootstrap.servers', BROKER]
  const command = workspace.start('run', ...options, '-c', 'KafkaOffsets', JOB, ...args)
  running.push(command)
  return command
}

function numbered(from: number, to: number): RecordToProduce[] {
  return Array.from({ length: to - from }, (_, index) => {
    const value = `v${String(from + index)}`
    return { partition: index % 3, timestamp: 1000, key: 'k', value }
  })
}

function printed({ stdout }: RunningCommand): string[] {
  return [...stdout.matchAll(/v\d+$/gm)].map(([value]) => value).sort()
}

async function until(what: string, isThere: () => boolean | Promise<boolean>): Promise<void> {
  const began = performance.now()
  while (!(await isThere())) {
    if (performance.now() - began > WAIT_MS) assert.fail(`${what} did not come`)
    await delay(100)
  }
}

async function committed(group: string): Promise<number> {
  const [found] = await withAdmin((admin) => admin.listConsumerGroupOffsets({ groups: [group] }))
  const partitions = found?.topics.flatMap((topic) => topic.partitions) ?? []
  return partitions.reduce((sum, { committedOffset }) => sum + Number(committedOffset), 0)
}

describe('FlinkKafkaConsumer011 of the course notes', () => {
  it('prints the topic from its beginning, and commits its offsets to the group; started anew it goes on from there', async () => {
    const topic = await newTopic('nxtest', 3)
    await produced(topic, numbered(0, 90))
    const first = start(topic)
    await until('90 records', () => printed(first).length === 90)
    await until('the commit', async () => (await committed(topic)) === 90)
    first.kill('SIGKILL')
    await first.ended
    await produced(topic, numbered(90, 120))
    const second = start(topic)
    await until('30 records', () => printed(second).length >= 30)
    const expected = numbered(90, 120).map(({ value }) => value)
    assert.deepEqual(printed(second), expected.sort())
  })

  it('goes on from the offsets of its state where it is given that, whatever the group has', async () => {
    const topic = await newTopic('nxtest', 3)
    await produced(topic, numbered(0, 30))
    const first = start(topic)
    const jobId = await first.jobId()
    await until('30 records', () => printed(first).length === 30)
    const stopped = await workspace.run('stop', '--savepointPath', path.join(workspace.path, 'savepoints'), jobId)
    const [, savepoint = ''] = /Savepoint completed\. Path: (\S+)/.exec(stopped.stdout) ?? []
    assert.notEqual(savepoint, '', stopped.stdout + stopped.stderr)
    await first.ended
    await produced(topic, numbered(30, 60))
    const beside = start(topic)
    await until('the group at 60', async () => (await committed(topic)) === 60)
    beside.kill('SIGKILL')
    await beside.ended
    const second = start(topic, '-s', savepoint)
    await until('30 records', () => printed(second).length >= 30)
    const expected = numbered(30, 60).map(({ value }) => value)
    assert.deepEqual(printed(second), expected.sort())
  })
})
