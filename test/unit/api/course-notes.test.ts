/** What the course notes set in the code of a job is what the job is submitted with. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ParameterTool } from 'flink-ts'
import { TestCheckpoint } from '../../../jobs/test-checkpoint.js'
import { installExecutionContext } from '../../../src/api/environment/execution-context.js'
import type { Pipeline } from '../../../src/api/environment/pipeline-executor.js'
import { StreamExecutionEnvironment } from '../../../src/api/environment/stream-execution-environment.js'
import { Configuration } from '../../../src/core/config/configuration.js'

test('checkpoints and restarts of the course notes become configuration', async () => {
  const submitted: Pipeline[] = []
  const submit = (pipeline: Pipeline): Promise<never> => {
    submitted.push(pipeline)
    return Promise.reject(new TypeError('only looked at'))
  }
  installExecutionContext({ executor: { submit }, configuration: new Configuration(), programArguments: [] })
  const env = StreamExecutionEnvironment.getExecutionEnvironment()
  TestCheckpoint(env, ParameterTool.fromMap({ port: '9999' }))
  await assert.rejects(env.execute('notes'), { message: 'only looked at' })
  assert.deepEqual(submitted[0]?.configuration.toMap(), {
    'execution.checkpointing.interval': '1000',
    'execution.checkpointing.mode': 'EXACTLY_ONCE',
    'execution.checkpointing.min-pause': '500',
    'execution.checkpointing.timeout': '60000',
    'execution.checkpointing.max-concurrent-checkpoints': '1',
    'execution.checkpointing.externalized-checkpoint-retention': 'RETAIN_ON_CANCELLATION',
    'restart-strategy.type': 'fixed-delay',
    'restart-strategy.fixed-delay.attempts': '3',
    'restart-strategy.fixed-delay.delay': '10000',
  })
})
