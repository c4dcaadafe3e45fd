import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import type { JobContext } from '../../../src/cli/arguments/cli-context.js'
import { jobIdOf } from '../../../src/cli/job/job-id-of.js'
import { jobNamed } from '../../../src/cli/job/state-processor-of.js'
import { PLAIN_DIAGNOSTICS } from '../../../src/cli/terminal/colours.js'
import { overviewOfEntry } from '../../../src/client/job-directory-entry.js'
import { RunDirectory } from '../../../src/client/run-directory.js'
import { Configuration } from '../../../src/core/config/configuration.js'
import { FlinkError } from '../../../src/core/errors/flink-error.js'

const id = (begin: string): string => begin.padEnd(32, '0')

/** Names of jobs as well, which nobody could mean by them. */
const PATHS = ['./counts', 'sp/counts', 'file:counts', '~counts']

function unexpected(text: string): void {
  assert.fail(text)
}

interface Jobs {
  readonly context: JobContext
  live(jobId: string, name: string): Promise<void>
  end(jobId: string, name: string, state?: string): Promise<void>
}

function jobs(t: TestContext): Jobs {
  const directory = mkdtempSync(path.join(tmpdir(), 'flink-ts-job-id-'))
  const runDirectory = new RunDirectory(directory, () => 5000)
  const closing: (() => void)[] = []
  t.after(() => {
    for (const close of closing) close()
    rmSync(directory, { recursive: true, force: true })
  })
  const entryOf = (jobId: string, name: string) => ({
    jobId,
    name,
    pid: process.pid,
    processStart: undefined,
    startTime: 1000,
    version: '1',
    socket: path.join(directory, `${jobId}.sock`),
  })
  return {
    context: {
      configuration: Configuration.fromMap({ 'cluster.run-directory': directory }),
      diagnostics: PLAIN_DIAGNOSTICS,
      workingDirectory: directory,
      isQuiet: false,
      print: unexpected,
      printError: unexpected,
    },
    live: async (jobId, name) => {
      await runDirectory.prepare()
      const entry = entryOf(jobId, name)
      const overview = overviewOfEntry(entry, { state: 'RUNNING', endTime: undefined })
      const server = createServer((_, response) => response.end(JSON.stringify({ jobs: [overview] })))
      await new Promise<void>((resolve) => server.listen(entry.socket, resolve))
      closing.push(() => server.close())
      await runDirectory.register(entry)
    },
    end: async (jobId, name, state = 'FINISHED') => {
      await runDirectory.archive(overviewOfEntry(entryOf(jobId, name), { state, endTime: 2000 }))
    },
  }
}

async function failureOf(work: Promise<unknown>): Promise<FlinkError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!FlinkError.is(error)) assert.fail(String(error))
  return error
}

describe('an operand that names a job', { skip: process.platform === 'win32' }, () => {
  it('is an id, in capitals or not, whether there is such a job or not, and without a look into the run directory', async () => {
    const context = { configuration: undefined } as unknown as JobContext
    const expected = 'cca7bc1061d61cf15238e92312c2fc20'
    for (const text of [expected, expected.toUpperCase()]) assert.equal(await jobIdOf(text, context), expected)
  })

  it('is the exact name of a job, or the beginning of its id from four digits on', async (t) => {
    const { context, live } = jobs(t)
    await live(id('cafe1'), 'word count')
    await live(id('cafe2'), 'cafe')
    await live(id('dead1'), 'word')
    await live(id('beef1'), '')
    for (const text of ['word count', 'cafe1', 'CAFE1', id('cafe1').slice(0, 31)]) {
      assert.equal(await jobIdOf(text, context), id('cafe1'), text)
    }
    assert.equal(await jobIdOf('word', context), id('dead1'))
    assert.equal(await jobIdOf('dead', context), id('dead1'))
    for (const text of ['dea', 'Word', 'word c', '', 'cafe3']) {
      assert.equal((await failureOf(jobIdOf(text, context))).code, 'JOB_ID_INVALID', text)
    }
  })

  it('is refused with a list of those that it may mean', async (t) => {
    const { context, live } = jobs(t)
    await live(id('cafe1'), 'one\u001b[31m')
    await live(id('cafe2'), 'two')
    const { code, message } = await failureOf(jobIdOf('cafe', context))
    assert.equal(code, 'JOB_NAME_AMBIGUOUS')
    assert.match(message, /^"cafe" means 2 jobs\. Name one of them by its id/)
    const [, ...rows] = message.split('\n')
    assert.deepEqual(rows.sort(), [
      String.raw`  ${id('cafe1')}  one\u001b[31m (RUNNING)`,
      `  ${id('cafe2')}  two (RUNNING)`,
    ])
  })

  it('is refused with the first ten of many', async (t) => {
    const { context, end } = jobs(t)
    for (let number = 10; number < 22; number += 1) await end(id(`cafe${String(number)}`), 'daily')
    const [, ...rows] = (await failureOf(jobIdOf('daily', context))).message.split('\n')
    assert.deepEqual([rows.length, rows.at(-1)], [11, '  and 2 more'])
  })

  it('means the job that lives before those that have ended', async (t) => {
    const { context, live, end } = jobs(t)
    await end(id('aaaa1'), 'daily')
    assert.equal(await jobIdOf('daily', context), id('aaaa1'))
    await end(id('aaaa2'), 'daily', 'CANCELED')
    assert.match((await failureOf(jobIdOf('daily', context))).message, /means 2 jobs.+daily \((FINISHED|CANCELED)\)/s)
    await live(id('bbbb'), 'daily')
    assert.equal(await jobIdOf('daily', context), id('bbbb'))
    assert.equal(await jobIdOf('aaaa1', context), id('aaaa1'), 'which has ended, and no other begins so')
  })

  it('is no job where the word means something else, whatever jobs are called', async (t) => {
    const { context, live } = jobs(t)
    await live(id('cafe1'), 'rescale')
    assert.equal(await jobIdOf('rescale', context), id('cafe1'))
    const words = { reserved: ['inspect', 'rescale'], advice: '\n(An advice.)' }
    assert.match(
      (await failureOf(jobIdOf('rescale', context, words))).message,
      /^Cannot parse JobID.+\n\(An advice\.\)$/,
    )
    assert.equal(await jobIdOf('cafe1', context, words), id('cafe1'))
  })

  it('gets an answer in the words of Flink where it names none, and the job that is near', async (t) => {
    const { context, live } = jobs(t)
    const told = async (text: string): Promise<string> => (await failureOf(jobIdOf(text, context))).message
    const flink = (text: string): string =>
      `Cannot parse JobID from "${text}". The expected format is [0-9a-fA-F]{32}, e.g. fd72014d4c864993a2e5a9287b4a9c5d.`
    assert.equal(await told('abc'), flink('abc'))
    await live(id('fd7201'), 'word-count')
    const near = `\n(Did you mean word-count, job ${id('fd7201')}?)`
    const twoLeftOut = id('fd7201').replace('d7', '')
    for (const text of ['wordcuont', 'fd7210', `${id('fd7201')}0`, twoLeftOut, id('fd7291').slice(0, 20)]) {
      assert.equal(await told(text), flink(text) + near)
    }
    for (const text of ['abc', 'f72', 'fd73', 'entirely else']) assert.equal(await told(text), flink(text))
  })

  it('is a path where it looks as one, or is there; else a job', async (t) => {
    const { context, live } = jobs(t)
    await live(id('cafe'), 'archive')
    await live(id('beef'), 'counts')
    for (const [index, name] of PATHS.entries()) await live(id(`add${String(index)}`), name)
    assert.equal(await jobNamed('counts', context), id('beef'))
    assert.equal(await jobNamed('beef', context), id('beef'))
    for (const text of ['archive', ...PATHS, 'nothing']) {
      assert.equal(await jobNamed(text, context), undefined, text)
    }
  })
})
