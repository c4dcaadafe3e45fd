import assert from 'node:assert/strict'
import { closeSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { it } from 'node:test'
import { openOutput, startDetachedProcess } from '../../../src/cli/job/detached-process.js'

it('A process for a job that cannot begin where it is to stand fails alone, and not who starts it as well', async (t) => {
  const directory = mkdtempSync(path.join(tmpdir(), 'flink-ts-detached-'))
  const output = await openOutput(directory)
  t.after(() => {
    closeSync(output.descriptor)
    rmSync(directory, { recursive: true })
  })
  const workingDirectory = path.join(directory, 'gone')
  const request = { jobFile: '/job.js', entry: undefined, args: [], configuration: {} }
  await assert.rejects(startDetachedProcess(request, { workingDirectory, output, onLine: () => undefined }), {
    code: 'WORKING_DIRECTORY_MISSING',
  })
  // What is told of the same process after that, such as that nothing can be sent to it.
  await new Promise((resolve) => setTimeout(resolve, 50))
})
