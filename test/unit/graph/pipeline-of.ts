/** What a program records, without running it. */
import assert from 'node:assert/strict'
import { installExecutionContext } from '../../../src/api/environment/execution-context.js'
import type { Pipeline } from '../../../src/api/environment/pipeline-executor.js'
import { Configuration } from '../../../src/core/config/configuration.js'
import { StreamExecutionEnvironment } from '../../../src/index.js'

export async function pipelineOf(
  program: (env: StreamExecutionEnvironment) => unknown,
  parallelism = 1,
): Promise<Pipeline> {
  let pipeline: Pipeline | undefined
  const executor = {
    submit: (given: Pipeline) => {
      pipeline = given
      return Promise.reject(new Error('only recorded'))
    },
  }
  installExecutionContext({ executor, configuration: new Configuration(), programArguments: [] })
  try {
    const env = StreamExecutionEnvironment.getExecutionEnvironment()
    env.setParallelism(parallelism)
    program(env)
    await assert.rejects(env.execute(), /only recorded/)
  } finally {
    installExecutionContext(undefined as never)
  }
  assert.ok(pipeline)
  return pipeline
}
