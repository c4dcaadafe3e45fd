import assert from 'node:assert/strict'
import { it } from 'node:test'
import { WriteAsCsvSink } from '../../../src/api/functions/sink/write-as-csv-sink.js'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { InMemoryFileSystem } from '../../../src/core/fs/in-memory-file-system.js'
import { OneInputStreamOperatorTestHarness } from '../../operators/one-input-stream-operator-test-harness.js'
import { bindingOf } from '../../operators/operator-harness.js'
import { TestOperatorContext } from '../../operators/test-operator-context.js'

async function harnessOn(
  disk: InMemoryFileSystem,
  row: string,
  field: string,
): Promise<OneInputStreamOperatorTestHarness> {
  const context = new TestOperatorContext()
  context.fileSystems.register('file', disk)
  const sink = new WriteAsCsvSink<unknown>('/out.csv', 'NO_OVERWRITE', { row, field })
  return new OneInputStreamOperatorTestHarness(bindingOf({ kind: 'sink', function: sink }), context).open()
}

async function textOf(disk: InMemoryFileSystem): Promise<string> {
  return new TextDecoder().decode(await disk.readFile('/out.csv'))
}

it('writeAsCsv writes the fields of tuples, null as an empty one, and quotes nothing', async () => {
  const disk = new InMemoryFileSystem()
  const harness = await harnessOn(disk, '\n', ',')
  for (const value of [
    ['to', 1, 2.5],
    ['a "b", c', null, undefined],
    [1n, [1, 2], true],
  ])
    harness.processElement(value)
  await harness.operator.finish()
  await harness.operator.close()
  assert.equal(await textOf(disk), 'to,1,2.5\na "b", c,,\n1,(1,2),true\n')
})

it('writeAsCsv takes other delimiters', async () => {
  const disk = new InMemoryFileSystem()
  const harness = await harnessOn(disk, ';\n', '|')
  harness.processElement(['a', 'b'])
  await harness.operator.finish()
  assert.equal(await textOf(disk), 'a|b;\n')
})

it('writeAsCsv refuses what is no tuple, and a file that is there, by its own name', async () => {
  const disk = new InMemoryFileSystem()
  const harness = await harnessOn(disk, '\n', ',')
  assert.throws(
    () => harness.processElement({ a: 1 }),
    (error: unknown) => FlinkError.is(error, 'CSV_RECORD_INVALID') && error.message.includes('streams of tuples'),
  )
  await harness.operator.close()
  await assert.rejects(
    harnessOn(disk, '\n', ','),
    (error: unknown) =>
      FlinkError.is(error, 'OUTPUT_EXISTS') && error.message.includes('writeAsCsv(path, WriteMode.OVERWRITE)'),
  )
})

it('writeAsCsv tells a directory in its way by its own name', async () => {
  const disk = new InMemoryFileSystem()
  await disk.mkdirs('/out.csv')
  await assert.rejects(
    harnessOn(disk, '\n', ','),
    (error: unknown) =>
      FlinkError.is(error, 'OUTPUT_SHAPE_DIFFERS') && error.message.includes('writeAsCsv with parallelism 1'),
  )
})
