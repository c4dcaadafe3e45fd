import assert from 'node:assert/strict'
import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import { temporaryDirectory } from './temporary-directory.js'

const RESOLUTION = new URL('../../../src/graph/packaged-program-resolution.js', import.meta.url).href

const PACKAGE = {
  'package.json': JSON.stringify({
    name: 'flink-ts',
    type: 'module',
    exports: { '.': './index.js', './connectors/socket': './socket.js', './package.json': './package.json' },
  }),
  'index.js': "export const which = 'this copy'\n",
  'socket.js': "export const which = 'this sub-path'\n",
}

const JOB = `
import { which } from 'flink-ts'
import { which as socket } from 'flink-ts/connectors/socket'
export const found = [which, socket]
`

/** Loads the job in a worker thread of its own, because hooks stay for the life of a thread. */
async function importsOf(packageRoot: string, job: string): Promise<unknown> {
  const jobUrl = pathToFileURL(job).href
  const source = `
    import { parentPort } from 'node:worker_threads'
    import { registerSelfResolution } from ${JSON.stringify(RESOLUTION)}
    registerSelfResolution(${JSON.stringify(jobUrl)}, ${JSON.stringify(pathToFileURL(`${packageRoot}/`).href)})
    import(${JSON.stringify(jobUrl)}).then(
      ({ found }) => { parentPort.postMessage(found) },
      (error) => { parentPort.postMessage(error.message) })`
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`))
  return new Promise((resolve, reject) => worker.on('message', resolve).on('error', reject))
}

async function packageAndJob(
  context: TestContext,
  files: Readonly<Record<string, string>> = {},
): Promise<[string, string]> {
  const packageRoot = await temporaryDirectory(context, PACKAGE)
  const jobDirectory = await temporaryDirectory(context, { 'job.mjs': JOB, ...files })
  return [packageRoot, jobDirectory]
}

test('a job anywhere imports the package and its sub-paths', async (context) => {
  const [packageRoot, jobDirectory] = await packageAndJob(context)
  assert.deepEqual(await importsOf(packageRoot, join(jobDirectory, 'job.mjs')), ['this copy', 'this sub-path'])
})

test('a job with another copy installed gets this one', async (context) => {
  const [packageRoot, jobDirectory] = await packageAndJob(context, {
    'node_modules/flink-ts/package.json': PACKAGE['package.json'],
    'node_modules/flink-ts/index.js': "export const which = 'another copy'\n",
    'node_modules/flink-ts/socket.js': "export const which = 'another copy'\n",
  })
  assert.deepEqual(await importsOf(packageRoot, join(jobDirectory, 'job.mjs')), ['this copy', 'this sub-path'])
})

test('a job whose own installation is this package keeps its own resolution', async (context) => {
  const [packageRoot, jobDirectory] = await packageAndJob(context, { 'node_modules/.keep': '' })
  await symlink(packageRoot, join(jobDirectory, 'node_modules/flink-ts'))
  assert.deepEqual(await importsOf(packageRoot, join(jobDirectory, 'job.mjs')), ['this copy', 'this sub-path'])
})

const REQUIRING_JOB = {
  'job.mjs': "import required from './required.cjs'\nexport const found = required\n",
  'required.cjs':
    "exports = module.exports = [require('flink-ts').which, require('flink-ts/connectors/socket').which]\n",
}

test('a CommonJS file anywhere requires the package and its sub-paths', async (context) => {
  const [packageRoot, jobDirectory] = await packageAndJob(context, REQUIRING_JOB)
  assert.deepEqual(await importsOf(packageRoot, join(jobDirectory, 'job.mjs')), ['this copy', 'this sub-path'])
})

test('a CommonJS file with another copy installed gets this one', async (context) => {
  const [packageRoot, jobDirectory] = await packageAndJob(context, {
    ...REQUIRING_JOB,
    'node_modules/flink-ts/package.json': PACKAGE['package.json'],
    'node_modules/flink-ts/index.js': "export const which = 'another copy'\n",
    'node_modules/flink-ts/socket.js': "export const which = 'another copy'\n",
  })
  assert.deepEqual(await importsOf(packageRoot, join(jobDirectory, 'job.mjs')), ['this copy', 'this sub-path'])
})

test('a sub-path that the package does not export is an error', async (context) => {
  const [packageRoot, jobDirectory] = await packageAndJob(context, { 'job.mjs': "import 'flink-ts/internals'\n" })
  assert.match(String(await importsOf(packageRoot, join(jobDirectory, 'job.mjs'))), /not defined by "exports"/)
})
