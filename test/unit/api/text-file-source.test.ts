import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { TextFileSource } from '../../../src/api/functions/source/text-file-source.js'
import { FlinkError, type ErrorCode } from '../../../src/core/errors/flink-error.js'
import { InMemoryFileSystem } from '../../../src/core/fs/in-memory-file-system.js'
import { mergeSubtasks } from './operator-state-of-subtasks.js'
import { bindingOf } from '../../operators/operator-harness.js'
import { SourceOperatorTestHarness } from '../../operators/source-operator-test-harness.js'
import { TestOperatorContext } from '../../operators/test-operator-context.js'
import type { OperatorSubtaskState } from '../../../src/storage/state-handles.js'

async function diskWith(files: Readonly<Record<string, string | Uint8Array>>): Promise<InMemoryFileSystem> {
  const disk = new InMemoryFileSystem()
  await disk.mkdirs('/in')
  for (const [name, text] of Object.entries(files)) await write(disk, `/in/${name}`, text)
  return disk
}

async function write(disk: InMemoryFileSystem, path: string, text: string | Uint8Array): Promise<void> {
  const file = await disk.openForWrite(path)
  await file.write(typeof text === 'string' ? new TextEncoder().encode(text) : text)
  await file.close()
}

interface Reading {
  readonly disk: InMemoryFileSystem
  readonly path: string
  readonly splitBytes: number
  readonly parallelism: number
}

function sourceOf(reading: Reading, subtaskIndex: number): SourceOperatorTestHarness {
  const { disk, path, splitBytes, parallelism } = reading
  const context = new TestOperatorContext({ taskInfo: { subtaskIndex, parallelism } })
  context.fileSystems.register('file', disk)
  return new SourceOperatorTestHarness(
    bindingOf({ kind: 'source-function', function: new TextFileSource(path, splitBytes) }),
    context,
  )
}

async function linesOf(reading: Reading, restored?: readonly OperatorSubtaskState[]): Promise<string[]> {
  const lines: string[] = []
  for (let subtask = 0; subtask < reading.parallelism; subtask += 1) {
    const harness = await sourceOf(reading, subtask).open(restored?.[subtask], restored === undefined ? undefined : 1)
    await harness.run()
    lines.push(...(harness.context.output.values() as string[]))
  }
  return lines
}

/** The operator failed, for this reason. */
function failsWith(code: ErrorCode, words: RegExp): (error: Error) => boolean {
  return (error) => {
    assert.ok(FlinkError.is(error, 'OPERATOR_FAILED') && FlinkError.is(error.cause, code), String(error))
    assert.match(error.message, /^Op \(subtask \d of \d\) failed: [^F]/)
    assert.match(error.message, words)
    return true
  }
}

/** What a text holds, by the simplest means. */
function expectedLines(text: string): string[] {
  const lines = text.split('\n').map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line))
  if (text === '' || text.endsWith('\n')) lines.pop()
  return lines
}

const piece = fc.constantFrom('\n', '\r\n', '\r', 'a', 'bc', 'ä', '€', '😀', ' ', '"', 'long line '.repeat(3))
const text = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(''))
const splitBytes = fc.integer({ min: 1, max: 40 })
const parallelism = fc.integer({ min: 1, max: 4 })

describe('readTextFile', () => {
  it('gives every line once, however the text is split and spread over subtasks', async () => {
    await fc.assert(
      fc.asyncProperty(text, splitBytes, parallelism, async (content, bytes, subtasks) => {
        const disk = await diskWith({ 'a.txt': content })
        const reading = { disk, path: '/in/a.txt', splitBytes: bytes, parallelism: subtasks }
        assert.deepEqual((await linesOf(reading)).sort(), expectedLines(content).sort())
      }),
      { numRuns: 60 },
    )
  })

  it('keeps the order of lines with one subtask', async () => {
    const content = Array.from({ length: 50 }, (_, index) => `line ${String(index)}`).join('\n')
    const reading = { disk: await diskWith({ 'a.txt': content }), path: '/in/a.txt', splitBytes: 7, parallelism: 1 }
    assert.deepEqual(await linesOf(reading), content.split('\n'))
  })

  it('goes on after a snapshot: no line lost, none twice, also with another parallelism', async () => {
    const cases = fc.tuple(text, splitBytes, parallelism, parallelism, fc.nat({ max: 20 }))
    await fc.assert(
      fc.asyncProperty(cases, async ([content, bytes, before, afterwards, records]) => {
        const disk = await diskWith({ 'a.txt': content })
        const first = { disk, path: '/in/a.txt', splitBytes: bytes, parallelism: before }
        const emitted: string[] = []
        const states: (OperatorSubtaskState | undefined)[] = []
        for (let subtask = 0; subtask < before; subtask += 1) {
          const harness = await sourceOf(first, subtask).open()
          const { output } = harness.context
          for (let step = 0; step < records && (await harness.step()) !== 'end'; step += 1);
          states.push(await harness.snapshot(1))
          emitted.push(...(output.values() as string[]))
        }
        const restored = mergeSubtasks(states, afterwards)
        const rest = await linesOf({ ...first, parallelism: afterwards }, restored)
        assert.deepEqual([...emitted, ...rest].sort(), expectedLines(content).sort())
      }),
      { numRuns: 60 },
    )
  })

  it('unpacks a file and goes on after a snapshot of it, also with another parallelism', async () => {
    const cases = fc.tuple(text, parallelism, parallelism, fc.nat({ max: 20 }))
    await fc.assert(
      fc.asyncProperty(cases, async ([content, before, afterwards, records]) => {
        const disk = await diskWith({ 'a.gz': gzipSync(content), 'b.txt': content })
        const first = { disk, path: '/in', splitBytes: 30, parallelism: before }
        const emitted: string[] = []
        const states: (OperatorSubtaskState | undefined)[] = []
        for (let subtask = 0; subtask < before; subtask += 1) {
          const harness = await sourceOf(first, subtask).open()
          for (let step = 0; step < records && (await harness.step()) !== 'end'; step += 1);
          states.push(await harness.snapshot(1))
          emitted.push(...(harness.context.output.values() as string[]))
        }
        const rest = await linesOf({ ...first, parallelism: afterwards }, mergeSubtasks(states, afterwards))
        const expected = expectedLines(content)
        assert.deepEqual([...emitted, ...rest].sort(), [...expected, ...expected].sort())
      }),
      { numRuns: 30 },
    )
  })

  it('refuses a packed file that it cannot unpack before a line of the directory is read', async () => {
    const disk = await diskWith({ a: 'a\n', 'b.zip': 'PK' })
    const reading = { disk, path: '/in', splitBytes: 10, parallelism: 1 }
    await assert.rejects(linesOf(reading), failsWith('FILE_COMPRESSION_UNSUPPORTED', /\/in\/b\.zip/))
  })

  it('says so when a file is shorter than it was when the job began', async () => {
    const disk = await diskWith({ a: 'a1\na2\na3\n' })
    const reading = { disk, path: '/in/a', splitBytes: 1000, parallelism: 1 }
    const harness = await sourceOf(reading, 0).open()
    await write(disk, '/in/a', 'a1\n')
    await assert.rejects(harness.run(), failsWith('FILE_IO_FAILED', /shorter/))
  })

  it('reads a file of the system, which says that it is empty', async () => {
    const disk = new (class extends InMemoryFileSystem {
      override async status(file: string): ReturnType<InMemoryFileSystem['status']> {
        const status = await super.status(file)
        return status && { ...status, sizeBytes: 0 }
      }
    })()
    await disk.mkdirs('/in')
    await write(disk, '/in/a', 'a1\na2\n')
    assert.deepEqual(await linesOf({ disk, path: '/in/a', splitBytes: 10, parallelism: 2 }), ['a1', 'a2'])
  })

  it('says of a file that is not there how much of its path is, and which operator was to read it', async () => {
    const disk = await diskWith({ a: 'a1\n' })
    const reading = { disk, splitBytes: 10, parallelism: 1 }
    const words = /No such file or directory: \/in\/b\/c\.txt\. Of this path \/in is there\. /
    await assert.rejects(linesOf({ ...reading, path: '/in/b/c.txt' }), failsWith('INPUT_NOT_FOUND', words))
    await assert.rejects(linesOf({ ...reading, path: '/out' }), /Of this path \/ is there/)
  })

  it('refuses a pipe, which cannot be read again from a position', async () => {
    const disk = new (class extends InMemoryFileSystem {
      override async status(file: string): ReturnType<InMemoryFileSystem['status']> {
        const status = await super.status(file)
        return status && { ...status, isPlainFile: false }
      }
    })()
    await disk.mkdirs('/in')
    await write(disk, '/in/a', 'a1\n')
    await assert.rejects(
      linesOf({ disk, path: '/in/a', splitBytes: 10, parallelism: 1 }),
      failsWith('FILE_NOT_PLAIN', /pipe/),
    )
  })

  it('reads the files of a directory by name, without hidden ones', async () => {
    const disk = await diskWith({ b: 'b\n', a: 'a1\na2', '.hidden': 'x', _SUCCESS: 'y' })
    assert.deepEqual(await linesOf({ disk, path: '/in', splitBytes: 1000, parallelism: 1 }), ['a1', 'a2', 'b'])
  })

  it('takes the byte order mark for no part of the first line, and leaves one elsewhere', async () => {
    const disk = await diskWith({ a: '\uFEFFfirst\n\uFEFFsecond' })
    const reading = { disk, path: '/in/a', splitBytes: 1000, parallelism: 1 }
    assert.deepEqual(await linesOf(reading), ['first', '\uFEFFsecond'])
  })

  it('names a file that is not there', async () => {
    const disk = await diskWith({})
    const reading = { disk, path: '/in/nothing', splitBytes: 10, parallelism: 1 }
    await assert.rejects(linesOf(reading), /\/in\/nothing/)
  })
})
