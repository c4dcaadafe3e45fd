/** flink-ts without the optional packages that hold state on the disk or export metrics: copied, with a node_modules that lacks them. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { REPOSITORY, userEnvironment, type CommandResult } from './command-line.js'

const MISSING: ReadonlySet<string> = new Set(['@nxtedition', '@opentelemetry', 'lmdb'])

const JOB = `
export default function (env, params) {
  env.setParallelism(params.getInt('parallelism', 1))
  env.fromElements('to', 'be', 'or', 'not', 'to', 'be').uid('words').map((word) => [word, 1]).uid('pairs').keyBy(0).sum(1).uid('counts').print()
}
`

describe('flink-ts without the optional packages', () => {
  const project = mkdtempSync(path.join(tmpdir(), 'flink-ts-without-'))
  const own = path.join(project, 'flink-ts')

  before(() => {
    mkdirSync(path.join(own, 'node_modules'), { recursive: true })
    for (const name of ['bin', 'conf', 'package.json', 'dist/lib']) {
      cpSync(path.join(REPOSITORY, name), path.join(own, name), { recursive: true })
    }
    const installed = path.join(REPOSITORY, 'node_modules')
    for (const name of readdirSync(installed).filter((each) => !MISSING.has(each) && !each.startsWith('.'))) {
      symlinkSync(path.join(installed, name), path.join(own, 'node_modules', name), 'junction')
    }
    writeFileSync(path.join(project, 'job.mjs'), JOB)
  })

  after(() => {
    rmSync(project, { recursive: true, force: true })
  })

  function run(...options: readonly string[]): CommandResult {
    const runDirectory = `-Dcluster.run-directory=${path.join(project, 'run')}`
    const args = [path.join(own, 'bin/flink-ts.js'), 'run', runDirectory, ...options, path.join(project, 'job.mjs')]
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { env: userEnvironment(), encoding: 'utf8' })
    return { exitCode: status, stdout, stderr }
  }

  it('runs jobs with state on the heap as with them', () => {
    const { exitCode, stdout, stderr } = run()
    assert.equal(exitCode, 0, stderr)
    assert.deepEqual(stdout.match(/^\(\w+,\d\)$/gm), ['(to,1)', '(be,1)', '(or,1)', '(not,1)', '(to,2)', '(be,2)'])
  })

  for (const [driver, packages] of [
    ['auto', /@nxtedition\/rocksdb@[\d.]+: it is not installed; lmdb@[\d.]+: it is not installed/],
    ['rocksdb', /it is not installed\. Run npm install @nxtedition\/rocksdb@/],
    ['lmdb', /it is not installed\. Run npm install lmdb@/],
  ] as const) {
    it(`fails a job with state on the disk at its start, and says what to install (${driver})`, () => {
      const options = ['-Dstate.backend.type=rocksdb', `-Dstate.backend.rocksdb.driver=${driver}`]
      const { exitCode, stdout, stderr } = run(...options)
      assert.equal(exitCode, 1, stdout)
      assert.match(stderr, /keeps its state in a package that is no part of flink-ts/)
      assert.match(stderr, packages)
      assert.equal(/^\(\w+,\d\)$/m.test(stdout), false, 'no record was processed')
    })
  }

  it('fails a job whose metrics are to be exported at its start, and says what to install', () => {
    const factory = 'org.apache.flink.metrics.otel.OpenTelemetryMetricReporterFactory'
    const reporter = [`factory.class=${factory}`, 'exporter.endpoint=http://127.0.0.1:1/v1/metrics']
    const { exitCode, stdout, stderr } = run(...reporter.map((key) => `-Dmetrics.reporter.otel.${key}`))
    assert.equal(exitCode, 1, stdout)
    assert.match(stderr, /'otel' .*they are not installed\. Run npm install @opentelemetry\/api@/)
    assert.equal(/^\(\w+,\d\)$/m.test(stdout), false, 'no record was processed')
  })
})
