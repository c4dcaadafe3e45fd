import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { pathToFileURL } from 'node:url'
import { FlinkError, type ErrorCode } from '../../../src/core/errors/flink-error.js'
import { openPackagedProgram, type PackagedProgram } from '../../../src/graph/packaged-program.js'
import { temporaryDirectory } from './temporary-directory.js'

async function open(
  context: TestContext,
  path: string,
  files: Readonly<Record<string, string>>,
): Promise<PackagedProgram> {
  const workingDirectory = await temporaryDirectory(context, files)
  return openPackagedProgram({ path, workingDirectory, unpackDirectory: join(workingDirectory, 'unpacked') })
}

test('a job file is found from the working directory', async (context) => {
  const workingDirectory = await temporaryDirectory(context, { 'jobs/my job.mjs': '' })
  const unpackDirectory = join(workingDirectory, 'unpacked')
  const program = await openPackagedProgram({ path: 'jobs/my job.mjs', workingDirectory, unpackDirectory })
  const path = join(workingDirectory, 'jobs/my job.mjs')
  assert.deepEqual(program, { path, moduleUrl: pathToFileURL(path).href })
})

const REFUSED: readonly (readonly [title: string, path: string, code: ErrorCode, message: RegExp])[] = [
  ['a missing file', 'missing.js', 'PROGRAM_FILE_NOT_FOUND', /does not exist: missing\.js/],
  ['a path through a file', 'job.ts/job.js', 'PROGRAM_FILE_NOT_FOUND', /does not exist/],
  ['a directory', 'folder', 'PROGRAM_NOT_A_FILE', /not a file: folder/],
  ['TypeScript with JSX', 'job.tsx', 'PROGRAM_NOT_A_MODULE', /JSX.*compiled first.*tsc/],
  ['a Java archive', 'job.jar', 'PROGRAM_NOT_A_MODULE', /it is a \.jar file/],
  ['a file without extension', 'job', 'PROGRAM_NOT_A_MODULE', /no extension/],
]

for (const [title, path, code, message] of REFUSED) {
  test(`${title} is refused`, async (context) => {
    const files = { 'folder/x.js': '', 'job.ts': '', 'job.tsx': '', 'job.jar': '', job: '' }
    await assert.rejects(open(context, path, files), (error) => {
      assert.ok(FlinkError.is(error, code), String(error))
      assert.match(error.message, message)
      return true
    })
  })
}

for (const path of ['job.ts', 'job.mts', 'job.cts']) {
  const runs = Reflect.get(process.features, 'typescript') === 'strip'
  test(`${path} is taken as it is where Node leaves out types, and else to be compiled`, async (context) => {
    const opened = open(context, path, { [path]: 'let a: number' })
    if (runs) assert.ok((await opened).moduleUrl.endsWith(`/${path}`))
    else await assert.rejects(opened, /it is TypeScript.*compiled first.*npx tsc.*From 22\.18 on Node runs it/)
  })
}
