/** State of a job of a session, asked for at the session, over the end of the process that has the job. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { QueryableStateClient } from '../../../src/client/queryable-state-client.js'
import { valueReaderOf } from '../../../src/client/queried-values.js'
import { DataInputView } from '../../../src/core/memory/data-input-view.js'
import { DataOutputView } from '../../../src/core/memory/data-output-view.js'
import { structuredSerializer } from '../../../src/core/types/structured-serializer.js'
import type { StateQueryAnswer } from '../../../src/rest/messages/state-messages.js'
import type { StateMetadata } from '../../../src/storage/state-handles.js'
import path from 'node:path'
import { NUMBERS } from './numbers-job.js'
import { SessionUnderTest } from './session-under-test.js'

const JOB = `${NUMBERS}
import { KeyedProcessFunction, ValueStateDescriptor } from 'flink-ts'

class Count extends KeyedProcessFunction {
  open () { this.count = this.getRuntimeContext().getState(new ValueStateDescriptor('count').setQueryable('counts')) }
  processElement (value) { this.count.update((this.count.value() ?? 0) + 1) }
}

export default (env) => {
  env.addSource(new Numbers()).uid('numbers').keyBy((value) => 'key ' + value % 3).process(new Count()).uid('count').addSink(() => {})
}
`

function keyOf(text: string): string {
  const output = new DataOutputView(32)
  structuredSerializer().serialize(text, output)
  return Buffer.from(output.toBytes()).toString('base64')
}

/** Undefined where nobody answers, or not the job. */
async function countOf(session: SessionUnderTest, jobId: string): Promise<number | undefined> {
  const place = `/jobs/${jobId}/queryable-states`
  const asked = { name: 'counts', keys: [keyOf('key 1')], 'timeout-ms': 5000 }
  const { status, text } = await session.ask(place, 'POST', asked)
  if (status !== 200) return undefined
  const answer = JSON.parse(text) as StateQueryAnswer
  if (answer.source !== 'job') return undefined
  const { state, kind, type, 'schema-version': schemaVersion } = answer.state
  const metadata = { name: state, kind, typeFingerprint: type, schemaVersion } as StateMetadata
  const [value] = answer.values
  if (value === undefined || value === null) return undefined
  return valueReaderOf(metadata, undefined, 'counts')(new DataInputView(Buffer.from(value, 'base64'))) as number
}

it(
  'state of a job is there again at its session, and goes on, when its process was killed, and meanwhile by its checkpoint',
  { skip: process.platform !== 'linux' },
  async (context) => {
    const session = await SessionUnderTest.begun(context)
    const jobId = await session.submit(session.workspace.file('job.mjs', JOB))
    const counts = new QueryableStateClient(path.join(session.workspace.path, 'run')).state<number>('counts', { jobId })
    const untilCount = async (least: number): Promise<number> => {
      let count: number | undefined
      await session.until(`a count of ${String(least)}`, async () => {
        count = await countOf(session, jobId)
        return count !== undefined && count >= least
      })
      return count ?? 0
    }
    const before = await untilCount(30)
    const listed = await session.json<{ readonly 'queryable-states': readonly { readonly name: string }[] }>(
      `/jobs/${jobId}/queryable-states`,
    )
    assert.deepEqual(
      listed['queryable-states'].map(({ name }) => name),
      ['counts'],
    )
    for (let kill = 0; kill < 2; kill += 1) {
      assert.ok(session.killJob(jobId), 'there was a process to kill')
      // No answer is one of a job that lost what it had counted before its newest checkpoint and goes on from nothing.
      const again = await untilCount(1)
      assert.ok(again > before / 2, `it counts on from ${String(before)}, not anew: ${String(again)}`)
      const by = await counts.read('key 1')
      assert.ok((by.value ?? 0) > before / 2, `${String(by.value)} by ${by.source}`)
    }
    await untilCount(before + 30)
    await session.stop()
    assert.deepEqual(session.leftovers(), [])
  },
)
