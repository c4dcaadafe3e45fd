import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { FileSystems } from '../../../src/core/fs/file-systems.js'
import { InMemoryFileSystem } from '../../../src/core/fs/in-memory-file-system.js'
import { readEndMark, writeEndMark } from '../../../src/storage/end-mark.js'

let disk: InMemoryFileSystem
let fileSystems: FileSystems

beforeEach(() => {
  disk = new InMemoryFileSystem()
  fileSystems = new FileSystems().register('file', disk)
})

async function markFile(): Promise<string> {
  await writeEndMark('/cp', { jobName: 'tick', timestamp: 5, status: 'CANCELED' }, fileSystems)
  const [mark] = await disk.list('/cp')
  assert.ok(mark)
  return mark.path
}

async function overwrite(file: string, text: string): Promise<void> {
  const writer = await disk.openForWrite(file)
  await writer.write(new TextEncoder().encode(text))
  await writer.close()
}

describe('the mark of the end of a job', () => {
  it('is read as it was written, by job name, and is not there before', async () => {
    assert.equal(await readEndMark('tick', '/cp', fileSystems), undefined)
    await markFile()
    assert.deepEqual(await readEndMark('tick', '/cp', fileSystems), {
      jobName: 'tick',
      timestamp: 5,
      status: 'CANCELED',
      earlier: [],
    })
    assert.equal(await readEndMark('tock', '/cp', fileSystems), undefined)
  })

  it('may say nothing of how the job ended', async () => {
    await overwrite(await markFile(), '{"jobName":"tick","timestamp":7}\n')
    assert.deepEqual(await readEndMark('tick', '/cp', fileSystems), { jobName: 'tick', timestamp: 7, earlier: [] })
  })

  for (const text of [
    '',
    '{',
    'null',
    '[]',
    '7',
    '{"jobName":"tick"}',
    '{"jobName":"tick","timestamp":"x"}',
    '{"jobName":"tick","timestamp":-1}',
    '{"jobName":"tick","timestamp":1e300}',
    '{"jobName":"tick","timestamp":1.5}',
    '{"jobName":"tick","timestamp":253402300800000}',
    '{"jobName":"tick","timestamp":5,"savepoint":7}',
    '{"jobName":"tick","timestamp":5,"run":{"jobId":"a","since":3}}',
    '{"jobName":"tick","timestamp":5,"earlier":[{"status":"FINISHED"}]}',
    '{"jobName":"tock","timestamp":5}',
    '{"timestamp":5}',
    '{"jobName":"tick","timestamp":5,"status":"ENDED"}',
    `{"jobName":"tick","timestamp":5}${' '.repeat(2_000_000)}`,
  ]) {
    it(`is refused with its file and what to do when it says ${text.slice(0, 60) || 'nothing'}`, async () => {
      const file = await markFile()
      await overwrite(file, text)
      await assert.rejects(readEndMark('tick', '/cp', fileSystems), (error) => {
        assert.ok(FlinkError.is(error, 'END_MARK_INVALID'), String(error))
        assert.ok(error.message.includes(file))
        assert.match(error.message, /Remove it .*from-latest=false/)
        return true
      })
    })
  }

  it('names the savepoint that was taken to go on from', async () => {
    await writeEndMark('/cp', { jobName: 'tick', timestamp: 5, savepoint: 'file:/sp/1' }, fileSystems)
    assert.equal((await readEndMark('tick', '/cp', fileSystems))?.savepoint, 'file:/sp/1')
  })

  it('takes the place of one that nobody can understand', async () => {
    await overwrite(await markFile(), '{')
    await writeEndMark('/cp', { jobName: 'tick', timestamp: 9 }, fileSystems)
    assert.equal((await readEndMark('tick', '/cp', fileSystems))?.timestamp, 9)
  })

  it('keeps the ends of runs that overlapped, and of no others', async () => {
    const ended = (jobId: string, since: number, timestamp: number, ...beside: string[]): Promise<void> =>
      writeEndMark('/cp', { jobName: 'tick', timestamp, run: { jobId, since, beside } }, fileSystems)
    const earlier = async (): Promise<number[]> =>
      (await readEndMark('tick', '/cp', fileSystems))?.earlier.map(({ timestamp }) => timestamp) ?? []
    await ended('a', 1, 10)
    await ended('b', 10, 20)
    assert.deepEqual(await earlier(), [], 'b followed a')
    await ended('c', 15, 30)
    assert.deepEqual(await earlier(), [20], 'c began before b had ended')
    await ended('d', 30, 40, 'x')
    assert.deepEqual(await earlier(), [30, 20], 'd spares x, and they did not')
    await ended('e', 40, 50, 'x')
    assert.deepEqual(await earlier(), [30, 20], 'e says all that d said')
    await ended('f', 50, 60)
    assert.deepEqual(await earlier(), [])
  })

  it('is refused when it is no plain file', async () => {
    const file = await markFile()
    await disk.delete(file)
    await disk.mkdirs(file)
    await assert.rejects(readEndMark('tick', '/cp', fileSystems), (error) => FlinkError.is(error, 'END_MARK_INVALID'))
  })
})
