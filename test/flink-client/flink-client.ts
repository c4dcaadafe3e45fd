/**
 * `npm run test:flink-client`: Apache Flink's own command line client works against a session, flink-ts against another one,
 * command line for command line. What both print is kept in transcripts; WRITE_TRANSCRIPTS=1 writes them and the tables of
 * the page. FLINK_CLIENT_VERSIONS names the versions of Flink: `1.20.3,2.2.1`.
 */
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { REPOSITORY } from '../e2e/command-line.js'
import { parseTranscript, verdictOn } from '../e2e/transcripts/transcript.js'
import { JAVA_CLASS_NAMES } from '../../src/rest/java/java-class-name.js'
import { Cluster } from './cluster.js'
import { FlinkCommandLine } from './flink-command-line.js'
import { installFlink } from './install-flink.js'
import { STEPS, type Step } from './steps.js'
import { renderBoth, withTables, type TableRow } from './transcripts-page.js'

const VERSIONS = (process.env['FLINK_CLIENT_VERSIONS'] ?? '1.20.3,2.2.1').split(',')
const FOLDER = path.join(REPOSITORY, 'test/flink-client')
const RECORDED = path.join(REPOSITORY, 'test/e2e/transcripts/recorded')
const TOKEN = 'a-token-of-this-test-and-no-other'
const IS_WRITING = process.env['WRITE_TRANSCRIPTS'] === '1'
/** A client that asks again and again for what it cannot read, and one that cannot read it. */
const TRIES_AGAIN = /TimeoutException|RetryException|MismatchedInput|JsonParse|JsonMapping|Failed to parse/

class Comparison {
  readonly rows: TableRow[] = []
  readonly #version: string
  readonly home: string
  #flink!: { readonly client: FlinkCommandLine; readonly cluster: Cluster; readonly jar: string }
  #own!: Cluster

  constructor(version: string, home: string) {
    this.#version = version
    this.home = home
  }

  async start(): Promise<void> {
    const cluster = await Cluster.start()
    const directory = path.join(cluster.workspace.path, 'flink')
    const client = new FlinkCommandLine({ home: this.home, directory, port: cluster.port })
    this.#flink = { client, cluster, jar: client.jar(path.join(FOLDER, 'java/JavaJob.java')) }
    this.#own = await Cluster.start()
  }

  async stop(): Promise<void> {
    await this.#flink.cluster.stop()
    await this.#own.stop()
  }

  async prepare({ jobs = [] }: Step): Promise<void> {
    for (const each of jobs) {
      await this.#flink.cluster.prepare(each)
      await this.#own.prepare(each)
    }
  }

  /** What both print. */
  async give({ name, command, isOfFlink }: Step): Promise<string> {
    const { client, cluster, jar } = this.#flink
    const jars = new Map([[jar, '<JARS>/java-job.jar']])
    const flink = await cluster.transcript(command, (...args) => client.run(...args), jars)
    assert.doesNotMatch(flink.stderr, TRIES_AGAIN)
    const own = isOfFlink
      ? undefined
      : await this.#own.transcript(command, (...args) => this.#own.workspace.run(...args), new Map())
    const recorded = path.join(RECORDED, `${name}.txt`)
    this.rows.push({
      name,
      command,
      exitCode: flink.exitCode,
      asOfFlink: existsSync(recorded) ? verdictOn(flink, parseTranscript(readFileSync(recorded, 'utf8'))) : undefined,
      asFlinkTs: own === undefined ? undefined : verdictOn(own, flink),
    })
    const both = [{ program: 'flink', transcript: flink }]
    if (own !== undefined) both.push({ program: 'flink-ts', transcript: own })
    return renderBoth(both)
  }

  /** Classes of Java that we name and that are not there. */
  unknownClasses(): string {
    return this.#flink.client.java(path.join(FOLDER, 'java/FindClasses.java'), ...JAVA_CLASS_NAMES)
  }

  get transcripts(): string {
    return path.join(FOLDER, 'transcripts', this.#version)
  }
}

const tables = new Map<string, readonly TableRow[]>()

for (const version of VERSIONS) {
  const installed = installFlink(version)
  const options =
    'missing' in installed ? { skip: `Flink ${version} cannot run here: ${installed.missing} is missing` } : {}
  describe(`The client of Flink ${version}, against a session`, options, () => {
    const comparison = new Comparison(version, 'home' in installed ? installed.home : '')
    before(() => comparison.start())
    after(() => comparison.stop())

    it('knows every class by which we call an error', () => {
      assert.equal(comparison.unknownClasses(), '')
    })

    it('asks a session that wants a token, where it has it', async () => {
      const directory = mkdtempSync(path.join(tmpdir(), 'flink-ts-token-'))
      const token = path.join(directory, 'token')
      writeFileSync(token, TOKEN, { mode: 0o600 })
      const cluster = await Cluster.start({ 'rest.authentication.token-file': token })
      try {
        const place = { home: comparison.home, port: cluster.port }
        const stranger = new FlinkCommandLine({ ...place, directory: path.join(directory, 'stranger') })
        assert.match((await stranger.run('list')).stderr, /A bearer token is needed/)
        const headers = `Authorization:Bearer ${TOKEN}`
        const known = new FlinkCommandLine({ ...place, headers, directory: path.join(directory, 'known') })
        const { exitCode, stdout } = await known.run('list')
        assert.deepEqual([exitCode, stdout.includes('No running jobs.')], [0, true])
      } finally {
        await cluster.stop()
        rmSync(directory, { recursive: true })
      }
    })

    for (const step of STEPS) {
      it(`is answered: ${step.name}, flink ${step.command}`, async () => {
        await comparison.prepare(step)
        const text = await comparison.give(step)
        const file = path.join(comparison.transcripts, `${step.name}.txt`)
        if (IS_WRITING) {
          mkdirSync(comparison.transcripts, { recursive: true })
          writeFileSync(file, text)
        }
        assert.equal(text, readFileSync(file, 'utf8'))
      })
    }

    it('stands in the table of the page', () => {
      tables.set(version, comparison.rows)
      const page = path.join(FOLDER, 'README.md')
      const text = withTables(readFileSync(page, 'utf8'), tables)
      if (IS_WRITING) writeFileSync(page, text)
      assert.equal(readFileSync(page, 'utf8'), text)
    })
  })
}
