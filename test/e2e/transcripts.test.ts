/**
 * Command lines that were recorded with Flink 1.20.3 are given to flink-ts in the same order, word for word, with a job file of
 * the same name in the place of the JAR. `transcripts/verdicts.ts` says what must come of each. WRITE_TRANSCRIPTS=1 writes what
 * flink-ts prints where that is not the same, and the page that shows the table.
 */
import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { REPOSITORY, Workspace } from './command-line.js'
import { parseTranscript, renderTranscript, transcriptOf, verdictOn } from './transcripts/transcript.js'
import { renderVerdicts } from './transcripts/verdicts-page.js'
import { VERDICTS } from './transcripts/verdicts.js'
import { filesAtRest, savepointOf } from './numbers-job.js'

const FOLDER = path.join(REPOSITORY, 'test/e2e/transcripts')
const JOB_FILE = path.join(import.meta.dirname, 'transcripts/bench-job.js')
const IS_WRITING = process.env['WRITE_TRANSCRIPTS'] === '1'
const NAMES = readdirSync(path.join(FOLDER, 'recorded')).map((file) => path.basename(file, '.txt'))

function recorded(name: string): string {
  return readFileSync(path.join(FOLDER, 'recorded', `${name}.txt`), 'utf8')
}

/** One session at the terminal. */
class Session {
  readonly #workspace = new Workspace()
  /** The job that `<JOB>` means, and the savepoint that was taken last. */
  #jobId = ''
  #savepoint = ''

  constructor() {
    mkdirSync(path.join(this.#workspace.path, 'log'))
  }

  /** Does what the person who recorded it did in between. */
  async prepare(name: string): Promise<void> {
    if (name === '23-list-running-r') await this.#untilRunning()
    if (name === '40-list-none-running-after-cancel') await this.#cancel()
    if (name === '46-restore-parallelism-2') await this.#cancel()
    if (name === '47-cancel-success') await this.#untilRunning()
  }

  async answerTo(name: string): Promise<ReturnType<typeof parseTranscript>> {
    const { command } = parseTranscript(recorded(name))
    const result = await this.#workspace.run(...this.#argumentsOf(command))
    const [, jobId] = /submitted with JobID ([0-9a-f]{32})/.exec(result.stdout) ?? []
    this.#jobId = jobId ?? this.#jobId
    if (name === '37-savepoint-type-native') this.#savepoint = savepointOf(result)
    const places = new Map([
      [JOB_FILE, '<JARS>/flink-bench-1.20.3.jar'],
      [this.#workspace.path, '<DIR>'],
      [REPOSITORY, '<REPOSITORY>'],
    ])
    return transcriptOf(command, result, places)
  }

  /** The job of the last line runs on for a moment. */
  async remove(): Promise<void> {
    await filesAtRest(this.#workspace)
    this.#workspace.remove()
  }

  #argumentsOf(command: string): string[] {
    if (command === '') return []
    return command
      .replaceAll('<JARS>/flink-bench-1.20.3.jar', JOB_FILE)
      .replaceAll('file:<DIR>/sp/savepoint-<JOB6>-<RANDOM12>', this.#savepoint)
      .replaceAll('<DIR>', this.#workspace.path)
      .replaceAll('<JOB>', this.#jobId)
      .split(' ')
  }

  async #cancel(): Promise<void> {
    const { exitCode, stderr } = await this.#workspace.run('cancel', this.#jobId)
    assert.equal(exitCode, 0, stderr)
    for (let stdout = 'RUNNING'; stdout.includes(this.#jobId);) ({ stdout } = await this.#workspace.run('list'))
  }

  async #untilRunning(): Promise<void> {
    for (let stdout = ''; !stdout.includes('(RUNNING)');) ({ stdout } = await this.#workspace.run('list', '-r'))
  }
}

describe('A command line that was recorded with Flink', () => {
  const session = new Session()

  after(() => session.remove())

  for (const name of NAMES) {
    const { verdict, reason } = VERDICTS[name] ?? {}
    const { command } = parseTranscript(recorded(name))
    it(`is answered so that it is ${verdict ?? 'not listed'}${reason === undefined ? '' : ` (${reason})`}: ${name}, flink ${command}`, async () => {
      await session.prepare(name)
      const own = await session.answerTo(name)
      const found = verdictOn(own, parseTranscript(recorded(name)))
      const file = path.join(FOLDER, 'own', `${name}.txt`)
      const text = renderTranscript(own)
      if (IS_WRITING && found === 'equal') rmSync(file, { force: true })
      else if (IS_WRITING) writeFileSync(file, text)
      assert.equal(found, verdict, text)
      if (found !== 'equal') assert.equal(text, readFileSync(file, 'utf8'))
    })
  }

  it('stands in the table of the page, and no other does', () => {
    assert.deepEqual(Object.keys(VERDICTS), NAMES)
    const page = path.join(FOLDER, 'README.md')
    const text = renderVerdicts((name) => parseTranscript(recorded(name)).command)
    if (IS_WRITING) writeFileSync(page, text)
    assert.equal(readFileSync(page, 'utf8'), text)
    const kept = NAMES.filter((name) => VERDICTS[name]?.verdict !== 'equal').map((name) => `${name}.txt`)
    assert.deepEqual(readdirSync(path.join(FOLDER, 'own')), kept)
  })
})
